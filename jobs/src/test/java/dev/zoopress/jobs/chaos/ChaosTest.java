package dev.zoopress.jobs.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.jobs.TestSpark;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A slice of what {@code src/test/scripts/chaos} runs whole. */
class ChaosTest {
  private static final int COUNT = Integer.getInteger("zoopress.chaos", 3);

  @TempDir Path dir;

  /** Everything that sleepers of {@link Sweep.Fate#HELD} reuse would be garbage but for pins. */
  @Test
  void whatASleeperReusesStays() throws Exception {
    Coverage coverage = new Coverage();
    boolean met = true;
    for (int at = 1; met; at += 30) {
      Path folder = Files.createDirectories(dir.resolve("held" + at));
      met =
          new Sweep("compress", Sweep.Fate.HELD)
              .play(
                  new Interleaving(
                      TestSpark.session(),
                      at,
                      folder,
                      folder.resolve("store").toString(),
                      new Configuration(),
                      Actor.Sleep.THREAD,
                      coverage),
                  at);
    }
    assertThat(coverage.count("sleepers that hold")).isPositive();
  }

  @Test
  void nothingPublishedIsLostAndNothingUnreachableStays() throws Exception {
    Coverage coverage = new Coverage();
    for (long seed = 1; seed <= COUNT; seed++) {
      Path folder = Files.createDirectories(dir.resolve("i" + seed));
      new Interleaving(
              TestSpark.session(),
              seed,
              folder,
              folder.resolve("store").toString(),
              new Configuration(),
              Actor.Sleep.THREAD,
              coverage)
          .run();
    }
    assertThat(coverage.count("kills")).isPositive();
    assertThat(coverage.count("objects freed")).isPositive();
    assertThat(coverage.count("revisions read whole")).isPositive();
  }
}
