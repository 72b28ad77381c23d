package dev.zoopress.jobs.compress;

import java.io.Serializable;
import java.util.Objects;

/**
 * What became of one revision of one model.
 *
 * @param model {@code name} or {@code org/name}
 * @param revision 40 hex digits; empty where none could be computed
 * @param files files of the revision
 * @param sourceBytes their bytes
 * @param storedBytes stored bytes of the frames that this run added for it; an estimate in a dry
 *     run
 * @param error what went wrong, and what to do; empty where all is well
 */
public record ModelResult(
    String model,
    String revision,
    Status status,
    long files,
    long sourceBytes,
    long storedBytes,
    String error)
    implements Serializable {

  /** Outcome of a model; JSON shows it in lower case. */
  public enum Status {
    /** Published by this run. */
    STORED,
    /** Nothing changed since an earlier run: not read. */
    UNCHANGED,
    /** Only planned: dry run. */
    PLANNED,
    /** Not published; {@code error} says why. */
    FAILED
  }

  public ModelResult {
    Objects.requireNonNull(model);
    Objects.requireNonNull(revision);
    Objects.requireNonNull(status);
    Objects.requireNonNull(error);
  }
}
