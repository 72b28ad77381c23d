package dev.zoopress.jobs.compress;

import dev.zoopress.codec.Effort;
import java.io.Serializable;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * What one compress run is asked to do.
 *
 * @param source Hadoop URI or local path of a model directory, a tree of models or a Hugging Face
 *     cache
 * @param store Hadoop URI or local path of the store; created when absent
 * @param effort how hard the encoder tries
 * @param flags deviations from the default
 * @param runId name of the run's folder in {@code runs/}; empty: one is made up
 */
public record CompressOptions(
    String source, String store, Effort effort, Set<Flag> flags, String runId)
    implements Serializable {

  /** Deviations from what compress does by default. */
  public enum Flag {
    /** Plan and estimate; write nothing. */
    DRY_RUN,
    /** Read files again that did not change since the last run. */
    FORCE,
    /** Store every chunk on its own, never as its difference from a base. */
    NO_DELTA
  }

  public CompressOptions {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(store, "store");
    Objects.requireNonNull(effort, "effort");
    flags = Set.copyOf(flags);
    if (!runId.isEmpty() && !runId.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) {
      throw new IllegalArgumentException(
          "run id '" + runId + "': use 1 to 100 letters, digits, '.', '_' and '-'");
    }
  }

  /** Effort best, no flags, a fresh run id. */
  public static CompressOptions of(String source, String store) {
    return new CompressOptions(source, store, Effort.BEST, Set.of(), "");
  }

  public CompressOptions withEffort(Effort value) {
    return new CompressOptions(source, store, value, flags, runId);
  }

  public CompressOptions with(Flag flag) {
    EnumSet<Flag> all = EnumSet.of(flag);
    all.addAll(flags);
    return new CompressOptions(source, store, effort, all, runId);
  }

  public CompressOptions withRunId(String value) {
    return new CompressOptions(source, store, effort, flags, value);
  }

  public boolean has(Flag flag) {
    return flags.contains(flag);
  }
}
