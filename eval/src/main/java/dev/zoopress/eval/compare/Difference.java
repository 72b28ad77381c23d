package dev.zoopress.eval.compare;

import java.io.Serializable;
import java.nio.FloatBuffer;

/**
 * How far two sets of outputs are apart; all zero exactly when every bit is equal.
 *
 * @param values how many values differ in any bit
 * @param maxUlps steps between neighbouring floats; {@link Long#MAX_VALUE} where one is NaN
 */
public record Difference(long values, double maxAbsolute, double maxRelative, long maxUlps)
    implements Serializable {
  private static final long serialVersionUID = 1L;
  static final Difference NONE = new Difference(0, 0, 0, 0);

  /** Outputs that cannot be laid over each other. */
  static final Difference SHAPES =
      new Difference(
          Long.MAX_VALUE, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, Long.MAX_VALUE);

  static Difference of(FloatBuffer a, FloatBuffer b) {
    if (a.remaining() != b.remaining()) {
      return SHAPES;
    }
    long values = 0;
    double absolute = 0;
    double relative = 0;
    long ulps = 0;
    for (int i = 0; i < a.remaining(); i++) {
      float x = a.get(a.position() + i);
      float y = b.get(b.position() + i);
      if (Float.floatToRawIntBits(x) == Float.floatToRawIntBits(y)) {
        continue;
      }
      values++;
      boolean hasGap = !Float.isNaN(x) && !Float.isNaN(y);
      double gap = x == y ? 0 : hasGap ? Math.abs((double) x - y) : Double.POSITIVE_INFINITY;
      absolute = Math.max(absolute, gap);
      double size = Math.abs((double) x);
      relative =
          Math.max(relative, gap == 0 ? 0 : size == 0 ? Double.POSITIVE_INFINITY : gap / size);
      ulps = Math.max(ulps, hasGap ? Math.abs(ordered(x) - ordered(y)) : Long.MAX_VALUE);
    }
    return new Difference(
        values, absolute, Double.isNaN(relative) ? Double.POSITIVE_INFINITY : relative, ulps);
  }

  Difference and(Difference other) {
    long sum = values + other.values;
    return new Difference(
        sum < 0 ? Long.MAX_VALUE : sum,
        Math.max(maxAbsolute, other.maxAbsolute),
        Math.max(maxRelative, other.maxRelative),
        Math.max(maxUlps, other.maxUlps));
  }

  /** Floats in their order, -0 one step below 0. */
  private static long ordered(float value) {
    int bits = Float.floatToRawIntBits(value);
    return bits < 0 ? -1L - (bits & 0x7fffffff) : bits;
  }
}
