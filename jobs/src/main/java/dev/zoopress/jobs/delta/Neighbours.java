package dev.zoopress.jobs.delta;

import dev.zoopress.codec.tensor.DType;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What an element of one tensor costs alone, and as its difference from the element of another one
 * of the same name and shape: estimated from the windows, in bits.
 */
record Neighbours(double alone, double delta, double bytes) implements Serializable {
  /** Sign, size class and what the coder makes of their skew, measured on true pairs. */
  private static final double DELTA_OVERHEAD = 1.9;

  /** Sign and the exponent's entropy of ordinary weights. */
  private static final double ALONE_OVERHEAD = 3.5;

  static Neighbours of(Sketch target, Sketch base) {
    int used = used(target);
    int mantissa = target.dtype() == DType.F32 ? 23 : target.dtype() == DType.BF16 ? 7 : 10;
    int dropped = Math.max(0, Math.min(used, mantissa));
    double alone = mantissa - dropped + ALONE_OVERHEAD;
    double bits = 0;
    int count = 0;
    byte[][] targets = {target.head(), target.middle(), target.tail()};
    byte[][] bases = {base.head(), base.middle(), base.tail()};
    for (int w = 0; w < targets.length; w++) {
      for (int i = 0; i < targets[w].length; i += target.width()) {
        long difference = Math.abs(ordered(target, targets[w], i) - ordered(base, bases[w], i));
        bits += Math.log(1 + (difference >>> dropped)) / Math.log(2);
        count++;
      }
    }
    double delta = bits / count + DELTA_OVERHEAD;
    double elements = target.elements();
    return new Neighbours(
        alone * elements / 8, Math.min(alone, delta) * elements / 8, target.length());
  }

  /** Trailing zero bits that all values of the windows share. */
  private static int used(Sketch sketch) {
    long ors = 0;
    for (byte[] window : new byte[][] {sketch.head(), sketch.middle(), sketch.tail()}) {
      for (int i = 0; i < window.length; i += sketch.width()) {
        ors |= bits(sketch, window, i);
      }
    }
    return Long.numberOfTrailingZeros(ors);
  }

  private static long bits(Sketch sketch, byte[] window, int at) {
    ByteBuffer in = ByteBuffer.wrap(window).order(ByteOrder.LITTLE_ENDIAN);
    return sketch.width() == 4 ? in.getInt(at) & 0xffffffffL : in.getShort(at) & 0xffffL;
  }

  /** An integer that grows with the value. */
  private static long ordered(Sketch sketch, byte[] window, int at) {
    long bits = bits(sketch, window, at);
    long sign = 1L << 8 * sketch.width() - 1;
    return (bits & sign) == 0 ? bits : -(bits - sign);
  }

  Neighbours plus(Neighbours other) {
    return new Neighbours(alone + other.alone, delta + other.delta, bytes + other.bytes);
  }
}
