package dev.zoopress.jobs.serve;

import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.Manifest;
import java.util.Map;
import java.util.TreeMap;

/** One immutable revision of a model, its files by path. */
record Snapshot(String model, String commit, TreeMap<String, FileEntry> files) {
  static Snapshot of(String model, String commit, Manifest manifest) {
    TreeMap<String, FileEntry> files = new TreeMap<>();
    for (FileEntry file : manifest.files()) {
      files.put(file.path(), file);
    }
    return new Snapshot(model, commit, files);
  }

  /** The files below {@code folder}, which is empty or ends with '/'. */
  Map<String, FileEntry> below(String folder) {
    return folder.isEmpty() ? files : files.subMap(folder, folder + Character.MAX_VALUE);
  }
}
