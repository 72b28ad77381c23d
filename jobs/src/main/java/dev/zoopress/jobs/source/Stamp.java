package dev.zoopress.jobs.source;

import java.io.Serializable;
import java.util.Objects;

/**
 * The state of a file as its listing shows it; two equal stamps mean "not changed".
 *
 * @param modifiedNanos modification time since the epoch, 0 where the store has none
 * @param etag the object's ETag, empty on file systems
 */
public record Stamp(long sizeBytes, long modifiedNanos, String etag) implements Serializable {
  public Stamp {
    Objects.requireNonNull(etag);
    if (sizeBytes < 0) {
      throw new IllegalArgumentException("size " + sizeBytes);
    }
  }

  /**
   * True when both describe the same state: by ETag where there is one, else by modification time.
   */
  public boolean sameState(Stamp other) {
    return sizeBytes == other.sizeBytes
        && (etag.isEmpty() || other.etag.isEmpty()
            ? modifiedNanos == other.modifiedNanos
            : etag.equals(other.etag));
  }
}
