package dev.zoopress.codec.format;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * A short slice of {@link FormatFuzz}; {@code -Dzoopress.fuzz.inputs=N} makes it as long as one
 * likes.
 */
final class FuzzTest {
  @Test
  void mutatedFilesNeverEscape() throws Exception {
    long inputs = Long.getLong("zoopress.fuzz.inputs", 20_000);
    long seed = Long.getLong("zoopress.fuzz.seed", 1);
    for (FormatFuzz.Target target : FormatFuzz.Target.values()) {
      FormatFuzz.Outcome outcome = FormatFuzz.run(target, seed, inputs);
      System.out.println(outcome);
      assertThat(outcome.pastHeaderShare()).as(outcome.toString()).isGreaterThan(0.3);
    }
  }
}
