package dev.zoopress.codec.format;

import dev.zoopress.codec.tensor.DType;
import java.util.List;
import java.util.Objects;

/**
 * A stretch of a file: one tensor (or one field of a block-quantised tensor), or opaque bytes.
 *
 * @param name the tensor's name, empty for opaque bytes
 * @param dtype how the bytes are coded; {@link DType#OPAQUE} where nothing is known
 * @param shape the tensor's shape, row-major, slowest dimension first; empty for opaque bytes and
 *     scalars
 * @param offsetBytes where the segment starts in its file
 * @param lengthBytes its length, at least 1
 */
public record Segment(
    String name, DType dtype, List<Long> shape, long offsetBytes, long lengthBytes) {
  public Segment {
    Objects.requireNonNull(name);
    Objects.requireNonNull(dtype);
    shape = List.copyOf(shape);
    if (offsetBytes < 0 || lengthBytes < 1 || lengthBytes > Long.MAX_VALUE - offsetBytes) {
      throw new IllegalArgumentException(
          "segment at " + offsetBytes + " of " + lengthBytes + " bytes");
    }
  }

  /** Bytes that no parser claims. */
  public static Segment opaque(long offsetBytes, long lengthBytes) {
    return new Segment("", DType.OPAQUE, List.of(), offsetBytes, lengthBytes);
  }

  public long endBytes() {
    return offsetBytes + lengthBytes;
  }

  /** Elements of one row (the fastest dimension), 0 where there is no grid of at least two rows. */
  public long columns() {
    return shape.size() < 2 ? 0 : gridColumns();
  }

  private long gridColumns() {
    long rows = shape.get(0);
    long elements = lengthBytes * 8 / dtype.bits();
    return rows < 2 || elements % rows != 0 ? 0 : elements / rows;
  }
}
