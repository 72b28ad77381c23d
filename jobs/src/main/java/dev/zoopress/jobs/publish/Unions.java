package dev.zoopress.jobs.publish;

import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.Manifest;
import java.util.HashMap;
import java.util.Map;

/** A revision that a cache fills lazily gains files, and keeps those that it had. */
final class Unions {
  private Unions() {}

  /**
   * What is published and what is new. Where both have a path with the same content, what is
   * published stays; where the contents differ the new one is taken, which publishing refuses.
   */
  static Manifest of(Manifest published, Manifest wanted) {
    Map<String, FileEntry> files = new HashMap<>();
    wanted.files().forEach(f -> files.put(f.path(), f));
    for (FileEntry old : published.files()) {
      FileEntry now = files.get(old.path());
      if (now == null || now.sha256().equals(old.sha256())) {
        files.put(old.path(), old);
      }
    }
    return new Manifest(files.values().stream().toList());
  }
}
