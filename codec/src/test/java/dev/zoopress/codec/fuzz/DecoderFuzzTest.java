package dev.zoopress.codec.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * A short slice of {@link DecoderFuzz}; {@code -Dzoopress.fuzz.inputs=N} makes it as long as one
 * likes.
 */
final class DecoderFuzzTest {
  @Test
  void damageNeverEscapes() throws IOException {
    long inputs = Long.getLong("zoopress.fuzz.inputs", 5_000);
    long seed = Long.getLong("zoopress.fuzz.seed", 1);
    for (FuzzTarget target : DecoderFuzz.targets()) {
      try (target) {
        DecoderFuzz.Outcome outcome = DecoderFuzz.run(target, inputs, seed);
        System.out.println(outcome);
        assertThat(outcome.pastHeaderShare()).as(outcome.toString()).isGreaterThan(0.3);
      }
    }
  }
}
