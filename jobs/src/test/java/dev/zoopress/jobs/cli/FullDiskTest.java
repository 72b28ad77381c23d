package dev.zoopress.jobs.cli;

import static dev.zoopress.jobs.compress.SmallZoo.weights;
import static dev.zoopress.jobs.compress.SmallZoo.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.jobs.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that are really full: a small tmpfs, which only root may mount. */
final class FullDiskTest {
  @TempDir Path dir;
  private Path zoo;
  private Path disk;

  @BeforeEach
  void mount() throws IOException, InterruptedException {
    TestSpark.session();
    zoo = dir.resolve("zoo");
    disk = Files.createDirectory(dir.resolve("disk"));
    for (String model : List.of("a", "b", "c")) {
      write(zoo.resolve(model).resolve("config.json"), "{}");
      write(zoo.resolve(model).resolve("model.bin"), weights(model.hashCode(), 200_000));
    }
    Assumptions.assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=1M", "tmpfs", disk.toString()),
        "SKIPPED, only root can mount a small disk");
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    run("umount", disk.toString());
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).map(folder::relativize).toList();
    }
  }

  @Test
  void aFullStoreIsSaidSoAndGoesOnWhenThereIsRoom() throws IOException, InterruptedException {
    Path store = disk.resolve("store");

    Called full = Called.zoopress("compress", zoo, "--store", store, "--effort", "fast");

    assertThat(full.code()).as(full.out()).isEqualTo(1);
    assertThat(full.err())
        .contains(store.toString())
        .contains("No space left")
        .contains("make room");
    assertThat(full.err()).doesNotContain("\tat ").hasLineCount(1);
    assertThat(files(store)).noneMatch(f -> f.startsWith("packs") || f.startsWith("models"));
    assertThat(files(store)).noneMatch(f -> f.startsWith(".spool"));

    assertThat(run("mount", "-o", "remount,size=16M", disk.toString())).isTrue();
    assertThat(Called.zoopress("compress", zoo, "--store", store, "--effort", "fast").code())
        .isZero();
    assertThat(Called.zoopress("restore", "--store", store, "--to", dir.resolve("back")).code())
        .isZero();
    assertThat(dir.resolve("back/a/model.bin")).hasSameBinaryContentAs(zoo.resolve("a/model.bin"));
  }

  @Test
  void nothingHalfWrittenStaysOnAFullTarget() throws IOException, InterruptedException {
    Path store = dir.resolve("store");
    assertThat(Called.zoopress("compress", zoo, "--store", store, "--effort", "fast").code())
        .isZero();
    Path target = disk.resolve("back");

    Called full = Called.zoopress("restore", "--store", store, "--to", target);

    assertThat(full.code()).as(full.out()).isEqualTo(1);
    assertThat(full.err())
        .contains(target.toString())
        .contains("model.bin: cannot be written at byte")
        .contains("No space left on device")
        .contains("make room");
    assertThat(full.err()).doesNotContain("\tat ").hasLineCount(1);
    for (Path file : files(target)) {
      assertThat(target.resolve(file)).hasSameBinaryContentAs(zoo.resolve(file));
    }

    assertThat(run("mount", "-o", "remount,size=16M", disk.toString())).isTrue();
    assertThat(Called.zoopress("restore", "--store", store, "--to", target).code()).isZero();
    for (Path file : files(zoo)) {
      assertThat(target.resolve(file)).hasSameBinaryContentAs(zoo.resolve(file));
    }
  }
}
