package dev.zoopress.jobs.collect;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;

/**
 * What one gc call is asked to do.
 *
 * @param store Hadoop URI or local path of the store
 * @param grace how long what is condemned waits for its second look, and how long a run without a
 *     sign of life holds what it pinned; zero: condemn, look again and remove in this call
 * @param mode whether to remove or only to look
 * @param runId who holds the lease, for messages
 */
public record CollectOptions(String store, Duration grace, Mode mode, String runId)
    implements Serializable {
  /** Long enough for a reader that began before, and for somebody to come back to a killed run. */
  public static final Duration DEFAULT_GRACE = Duration.ofDays(3);

  /** Whether anything is changed. */
  public enum Mode {
    REMOVE,
    /** Say what is unreachable; write nothing. */
    DRY_RUN
  }

  public CollectOptions {
    Objects.requireNonNull(store);
    Objects.requireNonNull(mode);
    Objects.requireNonNull(runId);
    if (grace.isNegative()) {
      throw new IllegalArgumentException("grace must not be negative: " + grace);
    }
  }

  /** Removes at once what is unreachable. */
  public static CollectOptions now(String store, String runId) {
    return new CollectOptions(store, Duration.ZERO, Mode.REMOVE, runId);
  }
}
