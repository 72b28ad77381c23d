package dev.zoopress.jobs.delta;

import dev.zoopress.codec.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Comparator;

/**
 * A total order of tensors: bases come before what stands on them, so there are no cycles. First
 * what is published already, then those that know more about their values, then those that say it
 * with fewer bytes, then safetensors, then the plan's order.
 */
record Rank(boolean fresh, int ignorance, int width, boolean other, Place place)
    implements Comparable<Rank> {
  private static final Comparator<Rank> ORDER =
      Comparator.comparing(Rank::fresh)
          .thenComparingInt(Rank::ignorance)
          .thenComparingInt(Rank::width)
          .thenComparing(Rank::other)
          .thenComparing(Rank::place);

  static Rank of(Sketch sketch) {
    boolean other = !sketch.format().equals("safetensors");
    return new Rank(
        !sketch.isPublished(), 32 - bits(sketch), sketch.width(), other, sketch.place());
  }

  /** Bits of an element that are not zero throughout the windows. */
  private static int bits(Sketch sketch) {
    if (sketch.dtype() != DType.F32) {
      return Math.min(32, sketch.dtype().bits());
    }
    int ors = 0;
    for (byte[] window : new byte[][] {sketch.head(), sketch.middle(), sketch.tail()}) {
      ByteBuffer values = ByteBuffer.wrap(window).order(ByteOrder.LITTLE_ENDIAN);
      while (values.remaining() >= 4) {
        ors |= values.getInt();
      }
    }
    int used = 32 - Math.min(31, Integer.numberOfTrailingZeros(ors));
    // An F16 that was widened shows at most 19 bits, a BF16 16.
    return used <= 19 ? 16 : 32;
  }

  @Override
  public int compareTo(Rank that) {
    return ORDER.compare(this, that);
  }
}
