package dev.zoopress.jobs.faults;

import static dev.zoopress.jobs.compress.SmallZoo.weights;
import static dev.zoopress.jobs.compress.SmallZoo.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.jobs.TestSpark;
import dev.zoopress.jobs.cli.Called;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A store that fails once, anywhere: said in one line, nothing lost, and the next call goes on. */
final class FaultyStoreTest {
  private static final int ROUNDS = 2;

  @TempDir Path dir;
  private Path zoo;

  @BeforeEach
  void fill() throws IOException {
    TestSpark.session();
    zoo = dir.resolve("zoo");
    write(zoo.resolve("a/config.json"), "{}");
    write(zoo.resolve("a/model.bin"), weights(1, 40_000));
    write(zoo.resolve("b/model.bin"), weights(2, 40_000));
  }

  @AfterEach
  void clear() {
    FaultyProvider.clear();
  }

  private FaultyStore.Faults chances(StoreFault fault, Object... command) {
    FaultyStore.Faults none = new FaultyStore.Faults(fault, Integer.MAX_VALUE / 2, 0);
    FaultyProvider.set(none);
    Called called = Called.zoopress(command);
    assertThat(called.code()).as(called.err() + called.out()).isZero();
    return none;
  }

  private Called with(StoreFault fault, int first, Object... command) {
    FaultyProvider.set(new FaultyStore.Faults(fault, first, 1));
    Called called = Called.zoopress(command);
    FaultyProvider.clear();
    // A bit that turned on its way is no damage: read again.
    if (fault == StoreFault.WRONG) {
      assertThat(called.code())
          .as("%s at %d: %s%s", fault, first, called.err(), called.out())
          .isZero();
    }
    if (called.code() != 0) {
      String said = called.err().isBlank() ? called.out() : called.err();
      assertThat(said.strip().lines().reduce((a, b) -> b).orElse(""))
          .as(fault + " at " + first)
          .containsPattern("again|free space|zoopress [a-z]+|--force");
      assertThat(said).doesNotContain("\tat ");
    }
    return called;
  }

  @ParameterizedTest
  @EnumSource(StoreFault.class)
  void everyCommandGoesOnAfterIt(StoreFault fault) throws IOException {
    Random random = new Random(fault.ordinal());
    Path counted = dir.resolve("counted");
    int operations =
        chances(fault, "compress", zoo, "--store", "faulty:" + counted, "--effort", "fast")
            .chances();
    for (int round = 0; round < ROUNDS; round++) {
      String store = "faulty:" + dir.resolve("store" + round);
      int at = random.nextInt(operations);
      with(fault, at, "compress", zoo, "--store", store, "--effort", "fast");

      Called again = Called.zoopress("compress", zoo, "--store", store, "--effort", "fast");
      assertThat(again.code()).as("%s at %d: %s%s", fault, at, again.err(), again.out()).isZero();
      with(fault, random.nextInt(20), "verify", "--store", store, "--full");
      Path back = dir.resolve("back" + round);
      with(fault, random.nextInt(12), "restore", "--store", store, "--to", back);
      onlyRight(back);
      with(fault, random.nextInt(20), "gc", "--store", store, "--grace", "PT0S");
      assertThat(Called.zoopress("gc", "--store", store, "--grace", "PT0S").code()).isZero();
      Called clean = Called.zoopress("verify", "--store", store, "--full", "--against", zoo);
      assertThat(clean.code()).as("%s: %s%s", fault, clean.err(), clean.out()).isZero();
    }
  }

  private void onlyRight(Path back) throws IOException {
    if (Files.exists(back)) {
      try (Stream<Path> files = Files.walk(back)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          if (!back.relativize(file).startsWith(".zoopress")) {
            assertThat(file).hasSameBinaryContentAs(zoo.resolve(back.relativize(file)));
          }
        }
      }
    }
  }

  @Test
  void aFullStoreIsSaidSo() {
    String store = "faulty:" + dir.resolve("store");
    Called full = with(StoreFault.FULL, 3, "compress", zoo, "--store", store, "--effort", "fast");
    assertThat(full.code()).isEqualTo(1);
    assertThat(full.err()).contains("the disk is full; free space");
  }
}
