package dev.zoopress.jobs.serve;

import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.codec.manifest.SegmentEntry;
import java.util.Map;
import java.util.TreeMap;

/**
 * One immutable revision of a model, its files by path.
 *
 * @param chunks of all files together
 */
record Snapshot(String model, String commit, TreeMap<String, FileEntry> files, int chunks) {
  static Snapshot of(String model, String commit, Manifest manifest) {
    TreeMap<String, FileEntry> files = new TreeMap<>();
    int chunks = 0;
    for (FileEntry file : manifest.files()) {
      files.put(file.path(), file);
      for (SegmentEntry segment : file.segments()) {
        chunks += segment.chunks().size();
      }
    }
    return new Snapshot(model, commit, files, chunks);
  }

  /** The files below {@code folder}, which is empty or ends with '/'. */
  Map<String, FileEntry> below(String folder) {
    return folder.isEmpty() ? files : files.subMap(folder, folder + Character.MAX_VALUE);
  }

  /** Bytes of all files. */
  long sourceBytes() {
    return files.values().stream().mapToLong(FileEntry::sizeBytes).sum();
  }

  /**
   * What the file's chunks take in packs, each in full even where others share it; bases not
   * counted.
   */
  static long storedBytes(FileEntry file) {
    double bytes = 0;
    for (SegmentEntry segment : file.segments()) {
      for (ChunkEntry chunk : segment.chunks()) {
        bytes +=
            (double) chunk.lengthBytes()
                * chunk.location().frameStoredBytes()
                / chunk.location().frameRawBytes();
      }
    }
    return Math.round(bytes);
  }
}
