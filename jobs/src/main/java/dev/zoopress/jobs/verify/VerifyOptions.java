package dev.zoopress.jobs.verify;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * What is verified, and how deep.
 *
 * @param models {@code MODEL[@REV]}; empty: the whole store
 * @param samplePercent with {@link Mode#SAMPLE}: more than 0, at most 100
 * @param maxDuration with {@link Mode#SAMPLE}: when to stop; the next such call goes on there.
 *     Null: no limit, and always the same sample
 * @param against source to compare every file with; empty: none
 */
public record VerifyOptions(
    String store,
    List<String> models,
    Mode mode,
    double samplePercent,
    Duration maxDuration,
    String against) {

  /** How deep. */
  public enum Mode {
    /** Objects are there and as long as they should be; small ones are read. */
    QUICK,
    /** Quick, and a sample of chunks is decoded. */
    SAMPLE,
    /** Every byte is read, everything published decoded, every digest computed. */
    FULL
  }

  public VerifyOptions {
    Objects.requireNonNull(store);
    Objects.requireNonNull(mode);
    Objects.requireNonNull(against);
    models = List.copyOf(models);
    if (mode == Mode.SAMPLE && !(samplePercent > 0 && samplePercent <= 100)) {
      throw new IllegalArgumentException("sample of " + samplePercent + " %");
    }
    if (maxDuration != null && mode != Mode.SAMPLE) {
      throw new IllegalArgumentException("a limit of time goes with a sample");
    }
  }

  /** The whole store, or some models, in full. */
  public static VerifyOptions full(String store, String... models) {
    return new VerifyOptions(store, List.of(models), Mode.FULL, 0, null, "");
  }
}
