package dev.zoopress.jobs.zipnn;

import java.util.List;

/** What an in-place conversion did, file by file in the order of names. */
public record InPlaceResult(List<FileResult> files) {
  /** How a file ended. */
  public enum Status {
    CONVERTED,
    /** The target was there and holds the right bytes. */
    PRESENT,
    /** Would be converted. */
    PLANNED,
    SKIPPED,
    FAILED
  }

  /**
   * One file.
   *
   * @param exact whether the original is known to come back byte for byte
   * @param repaired tensors whose sign bits were moved back
   * @param remark why it failed or was skipped
   */
  public record FileResult(
      String path,
      String target,
      Status status,
      long sourceBytes,
      long targetBytes,
      boolean exact,
      int repaired,
      String remark) {}

  public InPlaceResult {
    files = List.copyOf(files);
  }
}
