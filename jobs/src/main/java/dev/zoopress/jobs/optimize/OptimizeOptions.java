package dev.zoopress.jobs.optimize;

import dev.zoopress.codec.Effort;
import java.util.Objects;

/**
 * What an optimize call is asked to do.
 *
 * @param store Hadoop URI or local path of the store
 * @param budgetBytes bytes of chunks, as they were before compression, that may be decoded and
 *     encoded again; {@link Long#MAX_VALUE} for no bound
 * @param mode whether to rewrite or only to look
 */
public record OptimizeOptions(
    String store, long budgetBytes, Effort effort, Mode mode, String runId) {
  /** Whether anything is changed. */
  public enum Mode {
    REWRITE,
    /** Say how far the store is from its plan; write nothing. */
    DRY_RUN
  }

  public OptimizeOptions {
    Objects.requireNonNull(store);
    Objects.requireNonNull(effort);
    Objects.requireNonNull(mode);
    Objects.requireNonNull(runId);
    if (budgetBytes < 1) {
      throw new IllegalArgumentException("budget must be positive: " + budgetBytes);
    }
  }

  /** Rewrites all that pays. */
  public static OptimizeOptions all(String store, Effort effort, String runId) {
    return new OptimizeOptions(store, Long.MAX_VALUE, effort, Mode.REWRITE, runId);
  }
}
