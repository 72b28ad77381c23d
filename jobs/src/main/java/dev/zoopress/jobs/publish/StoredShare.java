package dev.zoopress.jobs.publish;

import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.codec.manifest.SegmentEntry;
import java.util.HashSet;
import java.util.Set;

/** What a revision's chunks take in packs. */
final class StoredShare {
  private StoredShare() {}

  /**
   * Stored bytes of every chunk once; a chunk that shares a frame counts with its part of the
   * frame's raw bytes. Chunks that other models use too count in full, bases do not.
   */
  static long of(Manifest manifest) {
    Set<ChunkId> seen = new HashSet<>();
    long bytes = 0;
    for (FileEntry file : manifest.files()) {
      for (SegmentEntry segment : file.segments()) {
        for (ChunkEntry chunk : segment.chunks()) {
          if (seen.add(chunk.id())) {
            bytes +=
                (long) chunk.lengthBytes()
                    * chunk.location().frameStoredBytes()
                    / Math.max(1, chunk.location().frameRawBytes());
          }
        }
      }
    }
    return bytes;
  }
}
