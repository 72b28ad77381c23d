package dev.zoopress.jobs.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.Effort;
import dev.zoopress.jobs.SmallStore;
import dev.zoopress.jobs.TestSpark;
import dev.zoopress.jobs.compress.CompressJob;
import dev.zoopress.jobs.compress.CompressOptions;
import dev.zoopress.jobs.compress.CompressResult;
import dev.zoopress.jobs.compress.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Killed at points all over a run, it is gone on with; {@code resume.py} does it to processes. */
class ResumeTest {
  private static final int KILLS = 8;

  @TempDir Path dir;
  private TinyZoo zoo;

  private static CompressResult compress(TinyZoo zoo, String store, Duration later)
      throws IOException {
    CompressOptions options =
        CompressOptions.of(zoo.folder().toString(), store).withEffort(Effort.FAST);
    Clock clock = Clock.offset(Clock.systemUTC(), later);
    return new CompressJob(TestSpark.session(), options, Progress.NONE, clock).execute();
  }

  private static Map<String, String> objects(Path store) throws IOException {
    Map<String, String> objects = new TreeMap<>();
    try (var files = Files.walk(store)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String key = store.relativize(file).toString();
        if (key.matches("(packs|manifests|models)/.*")) {
          objects.put(key, SmallStore.sha256(Files.readAllBytes(file)));
        }
      }
    }
    return objects;
  }

  private static long records(Path store) throws IOException {
    if (!Files.isDirectory(store.resolve("runs"))) {
      return 0;
    }
    try (var files = Files.walk(store.resolve("runs"))) {
      return files.filter(f -> f.getParent().endsWith("units")).count();
    }
  }

  @Test
  void whatWasFinishedIsTakenOverAndTheEndIsTheSame() throws Exception {
    zoo = new TinyZoo(Files.createDirectories(dir.resolve("zoo")), new Random(1));
    zoo.write("one");
    zoo.write("two");
    Path unbroken = dir.resolve("unbroken");
    Actor whole = new Actor(unbroken.toString(), new Configuration(), Actor.Sleep.THREAD);
    compress(zoo, whole.uri(), Duration.ZERO);
    Map<String, String> expected = objects(unbroken);
    long resumed = 0;
    long completed = 0;
    for (int i = 0; i < KILLS; i++) {
      int at = 1 + (whole.operations() - 2) * i / (KILLS - 1);
      Path store = dir.resolve("store-" + i);
      Actor actor =
          new Actor(store.toString(), new Configuration(), Actor.Sleep.THREAD)
              .killedAt(at, i % 2 == 0);
      try {
        compress(zoo, actor.uri(), Duration.ZERO);
      } catch (Throwable killed) {
        assertThat(actor.dead()).as("killed at %s", at).isTrue();
      }
      long finished = records(store);

      CompressResult again = compress(zoo, store.toString(), Duration.ofMinutes(2));

      assertThat(again.failed()).isEmpty();
      assertThat(objects(store)).as("killed at %s", at).isEqualTo(expected);
      if (again.nothingToDo()) {
        completed++;
      } else {
        assertThat(again.work().unitsResumed()).as("killed at %s", at).isEqualTo(finished);
        resumed += finished;
      }
      actor.forget();
    }
    assertThat(resumed).isPositive();
    assertThat(completed).isPositive();
  }
}
