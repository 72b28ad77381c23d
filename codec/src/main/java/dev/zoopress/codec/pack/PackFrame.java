package dev.zoopress.codec.pack;

import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.tensor.DType;
import java.io.Serializable;
import java.util.List;

/**
 * A frame as the footer of its pack lists it.
 *
 * @param offsetBytes where it starts in the pack
 * @param storedBytes its length there
 * @param rawBytes what it decodes to
 * @param bases chunks without whose decoded bytes the frame cannot be read; empty where it stands
 *     alone
 * @param chunks what it holds, in order
 */
public record PackFrame(
    long offsetBytes,
    int storedBytes,
    int rawBytes,
    DType dtype,
    List<ChunkId> bases,
    List<FrameChunk> chunks)
    implements Serializable {
  public PackFrame {
    bases = List.copyOf(bases);
    chunks = List.copyOf(chunks);
  }
}
