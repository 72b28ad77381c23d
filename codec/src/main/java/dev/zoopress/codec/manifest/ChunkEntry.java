package dev.zoopress.codec.manifest;

import java.io.Serializable;
import java.util.Objects;

/** A chunk of a segment and where it is stored. */
public record ChunkEntry(ChunkId id, int lengthBytes, ChunkLocation location)
    implements Serializable {
  public ChunkEntry {
    Objects.requireNonNull(id);
    Objects.requireNonNull(location);
  }
}
