package dev.zoopress.codec.pack;

import java.io.Serializable;
import java.util.List;

/**
 * A finished pack.
 *
 * @param id SHA-256 of the whole pack, 64 hex digits: its name
 * @param lengthBytes of the whole pack
 * @param frames in order
 */
public record PackSummary(String id, long lengthBytes, List<PackFrame> frames)
    implements Serializable {
  public PackSummary {
    frames = List.copyOf(frames);
  }

  /** Bytes that all frames decode to. */
  public long rawBytes() {
    return frames.stream().mapToLong(PackFrame::rawBytes).sum();
  }

  /** Chunks in all frames. */
  public long chunkCount() {
    return frames.stream().mapToLong(f -> f.chunks().size()).sum();
  }
}
