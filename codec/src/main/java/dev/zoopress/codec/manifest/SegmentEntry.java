package dev.zoopress.codec.manifest;

import dev.zoopress.codec.tensor.DType;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * A stretch of a file: one tensor, or opaque bytes.
 *
 * @param name the tensor's name, empty for opaque bytes
 * @param shape slowest dimension first, empty for scalars and opaque bytes
 * @param chunks in order, without gaps; their lengths add up to {@code lengthBytes}
 */
public record SegmentEntry(
    String name, DType dtype, List<Long> shape, long lengthBytes, List<ChunkEntry> chunks)
    implements Serializable {
  public SegmentEntry {
    Objects.requireNonNull(name);
    Objects.requireNonNull(dtype);
    shape = List.copyOf(shape);
    chunks = List.copyOf(chunks);
  }
}
