package dev.zoopress.codec.manifest;

import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * What a model revision is made of: its files, sorted by path. It names neither model nor revision.
 */
public record Manifest(List<FileEntry> files) implements Serializable {
  public Manifest {
    files = files.stream().sorted(Comparator.comparing(FileEntry::path)).toList();
  }

  /** Bytes of all files. */
  public long sourceBytes() {
    return files.stream().mapToLong(FileEntry::sizeBytes).sum();
  }

  /**
   * Every pack that reading any of the files may touch, those of bases and of their bases included;
   * in the order in which the manifest's object lists them.
   */
  public Set<String> packs() {
    return new Names(this).packs();
  }
}
