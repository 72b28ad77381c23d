package dev.zoopress.jobs.restore;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.IntegrityException;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.SegmentEntry;
import dev.zoopress.codec.pack.ChunkCache;
import dev.zoopress.codec.pack.PackSource;
import dev.zoopress.codec.pack.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * Streams stored files through one buffer of 16 MiB, cut where chunks end so that whole chunks are
 * decoded in place. Not thread-safe.
 */
final class StoredContent {
  private static final int BUFFER_BYTES = 1 << 24;

  private final PackSource packs;
  private final ChunkCache cache;
  private final byte[] buffer = new byte[BUFFER_BYTES];

  StoredContent(PackSource packs, ChunkCache cache) {
    this.packs = packs;
    this.cache = cache;
  }

  /** Takes the content, piece by piece. */
  @FunctionalInterface
  interface Sink {
    void accept(ByteBuffer bytes) throws IOException;
  }

  /** Passes on {@code [from, to)} of the file. */
  void stream(FileEntry file, long from, long to, Sink sink) throws IOException {
    if (file.isFolded()) {
      try (ByteSource stored = StoredFile.open(file, packs, cache)) {
        for (long at = from; at < to; ) {
          at = pass(stored, at, Math.min(to, at + BUFFER_BYTES), sink);
        }
      }
      return;
    }
    try (StoredFile stored = new StoredFile(file, packs, cache)) {
      long at = 0;
      long start = from;
      for (SegmentEntry segment : file.segments()) {
        for (ChunkEntry chunk : segment.chunks()) {
          long end = at + chunk.lengthBytes();
          if (end > from && at < to) {
            if (Math.min(end, to) - start > BUFFER_BYTES) {
              start = pass(stored, start, Math.max(at, from), sink);
            }
            if (end >= to) {
              start = pass(stored, start, to, sink);
            }
          }
          at = end;
        }
      }
    }
  }

  private long pass(ByteSource stored, long start, long end, Sink sink) throws IOException {
    int length = Math.toIntExact(end - start);
    if (length > 0) {
      stored.readFully(start, buffer, 0, length);
      sink.accept(ByteBuffer.wrap(buffer, 0, length));
    }
    return end;
  }

  /**
   * Passes on the whole file.
   *
   * @throws IntegrityException after the last byte, if the file does not have its SHA-256
   */
  void streamChecked(FileEntry file, Sink sink) throws IOException {
    MessageDigest digest = Digests.sha256();
    stream(
        file,
        0,
        file.sizeBytes(),
        bytes -> {
          Digests.update(digest, bytes);
          sink.accept(bytes);
        });
    check(file, Digests.hex(digest));
  }

  static void check(FileEntry file, String sha256) throws IntegrityException {
    if (!sha256.equals(file.sha256())) {
      throw new IntegrityException(file.path() + ": SHA-256", file.sha256(), sha256);
    }
  }

  /** Git's id of the file; computed from the content where the manifest has none. */
  String gitSha1(FileEntry file) throws IOException {
    if (!file.gitSha1().isEmpty()) {
      return file.gitSha1();
    }
    MessageDigest digest = Digests.gitBlob(file.sizeBytes());
    stream(file, 0, file.sizeBytes(), bytes -> Digests.update(digest, bytes));
    return Digests.hex(digest);
  }
}
