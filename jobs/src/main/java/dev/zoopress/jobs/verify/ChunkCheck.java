package dev.zoopress.jobs.verify;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.SegmentEntry;
import dev.zoopress.codec.pack.ChunkCache;
import dev.zoopress.codec.pack.StoredFile;
import dev.zoopress.jobs.store.Repository;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/** Decodes chunks and compares them with their ids; one buffer of 16 MiB. Not thread-safe. */
final class ChunkCheck {
  private static final long CACHE_BYTES = 48L << 20;

  private final Repository repository;
  private final Tally tally;
  private final ChunkCache cache = new ChunkCache(CACHE_BYTES);
  private final MessageDigest chunkDigest = Digests.sha256();
  private byte[] buffer = new byte[1 << 20];

  ChunkCheck(Repository repository, Tally tally) {
    this.repository = repository;
    this.tally = tally;
  }

  static String packKey(String id) {
    return "packs/" + id.substring(0, 2) + "/" + id + ".zpk";
  }

  /**
   * Decodes a whole file, and computes its digests if all of its chunks are sound.
   *
   * @param manifestKey the object that the file's own digests stand in
   */
  void file(String manifestKey, FileEntry file) throws IOException {
    MessageDigest sha256 = Digests.sha256();
    MessageDigest git = file.gitSha1().isEmpty() ? null : Digests.gitBlob(file.sizeBytes());
    boolean whole = true;
    long at = 0;
    try (StoredFile stored = new StoredFile(file, repository.packs(), cache)) {
      for (SegmentEntry segment : file.segments()) {
        for (ChunkEntry chunk : segment.chunks()) {
          if (!read(stored, at, chunk)) {
            whole = false;
          } else if (whole && !file.isFolded()) {
            Digests.update(sha256, buffer, 0, chunk.lengthBytes());
            if (git != null) {
              Digests.update(git, buffer, 0, chunk.lengthBytes());
            }
          }
          at += chunk.lengthBytes();
        }
      }
    }
    tally.file();
    if (whole && file.isFolded()) {
      whole = fold(manifestKey, file, sha256, git);
    }
    if (whole) {
      compare(manifestKey, file, "SHA-256", file.sha256(), sha256);
      if (git != null) {
        compare(manifestKey, file, "git SHA-1", file.gitSha1(), git);
      }
    }
  }

  /** The digests of a file that is made of its content, all of which is sound. */
  private boolean fold(
      String manifestKey, FileEntry file, MessageDigest sha256, MessageDigest git) {
    try (ByteSource folded = StoredFile.open(file, repository.packs(), cache)) {
      for (long at = 0; at < folded.size(); ) {
        int n = (int) Math.min(buffer.length, folded.size() - at);
        folded.readFully(at, buffer, 0, n);
        sha256.update(buffer, 0, n);
        if (git != null) {
          git.update(buffer, 0, n);
        }
        at += n;
      }
      return true;
    } catch (IOException | RuntimeException e) {
      tally.add(Damage.of(manifestKey, 0, e));
      return false;
    }
  }

  private void compare(
      String manifestKey, FileEntry file, String what, String expected, MessageDigest digest) {
    String actual = HexFormat.of().formatHex(digest.digest());
    if (!actual.equals(expected)) {
      tally.add(
          Damage.damaged(
              manifestKey,
              0,
              "file '"
                  + file.path()
                  + "': "
                  + what
                  + " of its chunks is "
                  + actual
                  + ", it says "
                  + expected));
    }
  }

  /** Decodes one chunk alone. */
  void chunk(ChunkEntry chunk) throws IOException {
    int length = chunk.lengthBytes();
    SegmentEntry segment =
        new SegmentEntry(
            "", dev.zoopress.codec.tensor.DType.OPAQUE, List.of(), length, List.of(chunk));
    FileEntry file =
        new FileEntry("chunk " + chunk.id(), length, "", "", false, "", "opaque", List.of(segment));
    try (StoredFile stored = new StoredFile(file, repository.packs(), cache)) {
      read(stored, 0, chunk);
    }
  }

  private boolean read(StoredFile stored, long at, ChunkEntry chunk) {
    int length = chunk.lengthBytes();
    String key = packKey(chunk.location().pack());
    long offset = chunk.location().frameOffset();
    if (buffer.length < length) {
      buffer = new byte[1 << 24];
    }
    try {
      stored.readFully(at, buffer, 0, length);
    } catch (IOException | RuntimeException e) {
      tally.add(Damage.of(key, offset, e));
      return false;
    }
    tally.chunk(length);
    chunkDigest.update(buffer, 0, length);
    ChunkId id = ChunkId.of(chunkDigest.digest());
    if (!id.equals(chunk.id())) {
      tally.add(
          Damage.damaged(
              key, offset, "its frame gives a chunk " + id + " where " + chunk.id() + " belongs"));
      return false;
    }
    return true;
  }
}
