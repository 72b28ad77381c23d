package dev.zoopress.codec.pack;

import dev.zoopress.codec.manifest.ChunkId;
import java.io.Serializable;
import java.util.Objects;

/** A chunk inside a frame; the chunks of a frame follow each other without gaps and fill it. */
public record FrameChunk(ChunkId id, int offsetInFrame, int lengthBytes) implements Serializable {
  public FrameChunk {
    Objects.requireNonNull(id);
  }
}
