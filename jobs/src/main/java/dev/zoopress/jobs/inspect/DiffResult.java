package dev.zoopress.jobs.inspect;

import java.util.List;

/**
 * How two revisions differ.
 *
 * @param left {@code model@revision}
 * @param right {@code model@revision}
 * @param files in order of path
 * @param tensors in order of name; empty where no file differs
 */
public record DiffResult(
    String left, String right, List<FileChange> files, List<TensorChange> tensors) {
  public DiffResult {
    files = List.copyOf(files);
    tensors = List.copyOf(tensors);
  }

  /** What became of a file or tensor on the way from left to right. */
  public enum Kind {
    SAME,
    CHANGED,
    ADDED,
    GONE
  }

  /** A file; sizes are 0 where it is not there. */
  public record FileChange(Kind kind, String path, long leftBytes, long rightBytes) {}

  /**
   * A tensor, in whichever file it lies.
   *
   * @param what dtype and shape, and how they changed
   * @param changedBytes bytes of the right side's chunks that are not at the same place on the
   *     left: an upper bound of what changed, in chunks of 16 MiB
   */
  public record TensorChange(
      Kind kind, String name, String what, long leftBytes, long rightBytes, long changedBytes) {}

  /** True if every file is the same. */
  public boolean same() {
    return files.stream().allMatch(f -> f.kind() == Kind.SAME);
  }
}
