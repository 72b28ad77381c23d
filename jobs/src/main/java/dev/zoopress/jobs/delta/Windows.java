package dev.zoopress.jobs.delta;

import dev.zoopress.codec.tensor.DType;
import dev.zoopress.codec.view.Converter;
import dev.zoopress.codec.view.Rule;
import dev.zoopress.codec.view.View;
import java.util.Arrays;
import java.util.List;

/** What a view makes of a sketch's windows. */
final class Windows {
  /** Values that are compared at each end. */
  static final int VALUES = 64;

  private Windows() {}

  /** The first {@code units} units after conversion. */
  static byte[] head(Sketch base, Rule rule, DType to, int units) {
    return convert(base.head(), 0, new View(base.dtype(), 0, 0, rule, to), units);
  }

  /** The last {@code units} units after conversion. */
  static byte[] tail(Sketch base, Rule rule, DType to, int units) {
    View view = new View(base.dtype(), 0, 0, rule, to);
    int bytes = units * new Converter(view).unitFromBytes();
    return convert(base.tail(), base.tail().length - bytes, view, units);
  }

  private static byte[] convert(byte[] window, int at, View view, int units) {
    Converter converter = new Converter(view);
    byte[] out = new byte[units * converter.unitToBytes()];
    converter.run(window, at, units, 0, out, 0);
    return out;
  }

  /**
   * How many of the first and last values a quantisation does not predict, of {@code 2 * VALUES};
   * both tensors lie in the same order. A transposed one shows only its first and last value.
   */
  static int affineMisses(Sketch base, Sketch target, long stride, boolean transposed) {
    Sketch.Scales scales = target.scales();
    int values = transposed ? 1 : VALUES;
    View view = new View(base.dtype(), 0, 0, Rule.AFFINE, target.dtype());
    Converter first = converter(view, scales, scales.head(), stride);
    byte[] head = new byte[values];
    first.run(base.head(), 0, values, 0, head, 0);
    int misses = 0;
    for (int i = 0; i < values; i++) {
      misses += head[i] == target.head()[i] ? 0 : 1;
    }
    List<Float> lastScales = scales.tail();
    Converter last = converter(view, scales, lastScales, stride);
    byte[] tail = new byte[values];
    int from = base.tail().length - values * base.width();
    // Only the phase of the last elements among the last scales counts.
    long element = stride == 1 ? lastScales.size() - values : (lastScales.size() - 1) * stride;
    if (element < 0) {
      element += (long) lastScales.size() * values;
    }
    last.run(base.tail(), from, values, element, tail, 0);
    for (int i = 0; i < values; i++) {
      misses += tail[i] == target.tail()[target.tail().length - values + i] ? 0 : 1;
    }
    return misses;
  }

  /** Whether first and last column and row of two matrices agree, as far as they were read. */
  static boolean crossed(Sketch base, Sketch target, Converter converter) {
    int wide = base.width();
    int narrow = target.width();
    byte[] out = new byte[narrow];
    boolean agree = true;
    for (int i = 0; (i + 1) * wide <= base.down().length; i++) {
      converter.element(base.down(), i * wide, i + 1, out, 0);
      agree &= same(out, target.head(), (i + 1) * narrow);
    }
    for (int i = 0; (i + 1) * narrow <= target.down().length; i++) {
      converter.element(base.head(), (i + 1) * wide, (i + 1) * target.columns(), out, 0);
      agree &= same(out, target.down(), i * narrow);
    }
    if (converter.needsScales()) {
      return agree;
    }
    int baseEnd = base.tail().length;
    int targetEnd = target.tail().length;
    for (int i = 0; (i + 1) * wide <= base.up().length; i++) {
      converter.element(base.up(), i * wide, 0, out, 0);
      agree &= same(out, target.tail(), targetEnd - (i + 2) * narrow);
    }
    for (int i = 0; (i + 1) * narrow <= target.up().length; i++) {
      converter.element(base.tail(), baseEnd - (i + 2) * wide, 0, out, 0);
      agree &= same(out, target.up(), i * narrow);
    }
    return agree;
  }

  private static boolean same(byte[] element, byte[] in, int at) {
    return Arrays.equals(element, 0, element.length, in, at, at + element.length);
  }

  /** How many elements that both middle windows show {@code converter} does not predict. */
  static int middleMisses(Sketch base, Sketch target, Converter converter) {
    long baseFrom = middle(base);
    long targetFrom = middle(target);
    long from = Math.max(baseFrom, targetFrom);
    long baseEnd = baseFrom + base.middle().length / base.width();
    long end = Math.min(baseEnd, targetFrom + target.middle().length / target.width());
    int misses = 0;
    byte[] out = new byte[converter.unitToBytes()];
    for (long element = from; element < end; element++) {
      int at = (int) (element - targetFrom) * target.width();
      converter.element(base.middle(), (int) (element - baseFrom) * base.width(), element, out, 0);
      misses += Arrays.equals(out, 0, out.length, target.middle(), at, at + out.length) ? 0 : 1;
    }
    return misses;
  }

  /** The first element of the middle window; as {@link SketchReader} places it. */
  private static long middle(Sketch sketch) {
    return (sketch.length() - SketchReader.WINDOW_BYTES) / 2 / sketch.width();
  }

  static Converter converter(View view, Sketch.Scales scales, List<Float> values, long stride) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i);
    }
    return new Converter(
        view, floats, scales.count() == 1 ? Long.MAX_VALUE : stride, scales.zero());
  }
}
