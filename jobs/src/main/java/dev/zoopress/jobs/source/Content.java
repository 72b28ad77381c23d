package dev.zoopress.jobs.source;

import java.io.Serializable;
import java.util.Objects;

/**
 * Bytes of a model that are read once, however many paths show them.
 *
 * @param path where they lie, relative to the source's root
 * @param blobName the name that a Hugging Face cache gives them (SHA-256 or git SHA-1); else empty
 */
public record Content(String path, Stamp stamp, String blobName) implements Serializable {
  /** From this size on a file outside a cache counts as an LFS file. */
  public static final long LFS_BYTES = 1 << 20;

  public Content {
    Objects.requireNonNull(path);
    Objects.requireNonNull(stamp);
    Objects.requireNonNull(blobName);
  }

  /** True when the hub keeps such a file in LFS, so that its ETag is the SHA-256. */
  public boolean lfs() {
    return switch (blobName.length()) {
      case 64 -> true;
      case 40 -> false;
      default -> stamp.sizeBytes() >= LFS_BYTES;
    };
  }
}
