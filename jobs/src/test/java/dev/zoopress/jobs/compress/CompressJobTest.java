package dev.zoopress.jobs.compress;

import static dev.zoopress.jobs.compress.SmallZoo.safetensors;
import static dev.zoopress.jobs.compress.SmallZoo.tensors;
import static dev.zoopress.jobs.compress.SmallZoo.weights;
import static dev.zoopress.jobs.compress.SmallZoo.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.Effort;
import dev.zoopress.jobs.TestSpark;
import dev.zoopress.jobs.compress.CompressOptions.Flag;
import dev.zoopress.jobs.compress.ModelResult.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompressJobTest {
  @TempDir Path dir;
  private Path zoo;
  private Path store;
  private StoreView view;

  @BeforeEach
  void paths() throws IOException {
    zoo = Files.createDirectory(dir.resolve("zoo"));
    store = dir.resolve("store");
    view = new StoreView(store);
  }

  private CompressResult compress() throws IOException {
    return compress(CompressOptions.of(zoo.toString(), store.toString()));
  }

  private static CompressResult compress(CompressOptions options) throws IOException {
    return new CompressJob(TestSpark.session(), options.withEffort(Effort.FAST), Progress.NONE)
        .execute();
  }

  private static List<ModelResult> models(CompressResult result) throws IOException {
    List<ModelResult> models = new ArrayList<>();
    result.forEachModel(models::add);
    return models;
  }

  private void assertStored(String model) throws IOException {
    Map<String, byte[]> expected = new TreeMap<>();
    Path root = zoo.resolve(model);
    try (var files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        expected.put(root.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    Map<String, byte[]> actual = view.files(model);
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((path, bytes) -> assertThat(actual.get(path)).as(path).isEqualTo(bytes));
  }

  private long bytesOutsideRuns() throws IOException {
    try (var files = Files.walk(store)) {
      return files
          .filter(f -> Files.isRegularFile(f) && !f.startsWith(store.resolve("runs")))
          .mapToLong(f -> f.toFile().length())
          .sum();
    }
  }

  @Test
  void storedBytesAreWhatTheRunAdded() throws IOException {
    twins();
    CompressResult first = compress();
    assertThat(first.totals().storedBytes()).isEqualTo(bytesOutsideRuns());
    assertThat(models(first)).allMatch(m -> m.storedBytes() > 0 && m.storedBytes() < 2_000_000);
    long before = bytesOutsideRuns();
    write(zoo.resolve("org/three/model.safetensors"), weights(9, 40_000));
    assertThat(compress().totals().storedBytes()).isEqualTo(bytesOutsideRuns() - before);
  }

  /** Two models, the second a re-sharded twin of the first with one tied tensor. */
  private void twins() throws IOException {
    byte[] a = weights(1, 300_000);
    byte[] b = weights(2, 50_000);
    byte[] c = weights(3, 100);
    write(zoo.resolve("org/one/config.json"), "{}");
    write(zoo.resolve("org/one/model.safetensors"), safetensors(tensors("a", a, "b", b, "c", c)));
    write(zoo.resolve("org/two/config.json"), "{\"x\": 1}");
    write(zoo.resolve("org/two/1.safetensors"), safetensors(tensors("b", b, "tied", b)));
    write(zoo.resolve("org/two/2.safetensors"), safetensors(tensors("a", a, "c", c)));
  }

  @Test
  void everyFileComesBackAndTwinsAreStoredOnce() throws IOException {
    twins();

    CompressResult result = compress();

    assertThat(result.failed()).isEmpty();
    assertThat(models(result)).extracting(ModelResult::status).containsOnly(Status.STORED);
    assertStored("org/one");
    assertStored("org/two");
    long unique = 4 * (300_000 + 50_000 + 100);
    assertThat(view.packBytes()).isLessThan(unique);
    assertThat(result.totals().by().get("duplicates").bytes()).isGreaterThan(unique);
    assertThat(result.work().dataBytesRead()).isEqualTo(result.totals().sourceBytes());
  }

  @Test
  void secondRunReadsNothingAndThirdReadsOnlyWhatChanged() throws IOException {
    twins();
    compress();
    Map<String, Long> before = view.objects();

    CompressResult second = compress();

    assertThat(second.nothingToDo()).isTrue();
    assertThat(second.work().dataBytesRead()).isZero();
    assertThat(second.work().headerBytesRead()).isZero();
    assertThat(second.work().modelsUnchanged()).isEqualTo(2);
    assertThat(models(second)).extracting(ModelResult::status).containsOnly(Status.UNCHANGED);
    assertThat(view.objects()).isEqualTo(before);

    Path changed = write(zoo.resolve("org/two/config.json"), "{\"x\": 2, \"y\": 3}");
    CompressResult third = compress();

    assertThat(third.work().dataBytesRead()).isEqualTo(Files.size(changed));
    assertThat(third.work().filesUnchanged()).isEqualTo(4);
    assertThat(third.failed()).isEmpty();
    assertStored("org/one");
    assertStored("org/two");
  }

  @Test
  void forcedRunReadsEverythingAndStoresNothingNew() throws IOException {
    twins();
    compress();
    Map<String, Long> before = view.objects();

    CompressResult forced =
        compress(CompressOptions.of(zoo.toString(), store.toString()).with(Flag.FORCE));

    assertThat(forced.failed()).isEmpty();
    assertThat(forced.work().dataBytesRead()).isEqualTo(forced.totals().sourceBytes());
    Map<String, Long> after = new TreeMap<>(view.objects());
    after.keySet().removeIf(k -> k.startsWith("packs/"));
    before.keySet().removeIf(k -> k.startsWith("packs/"));
    assertThat(after).isEqualTo(before);
  }

  @Test
  void equalHintsOfDifferentChunksTakeASecondWave() throws IOException {
    byte[] a = weights(1, 600_000);
    byte[] b = a.clone();
    b[1_000_000] ^= 1;
    write(zoo.resolve("m/big.safetensors"), safetensors(tensors("a", a)));
    compress();
    write(zoo.resolve("n/big.safetensors"), safetensors(tensors("b", b)));

    CompressResult result = compress();

    assertThat(result.failed()).isEmpty();
    assertThat(result.work().units()).isEqualTo(2);
    assertStored("m");
    assertStored("n");
  }

  @Test
  void poisonedModelsStopNobody() throws IOException {
    twins();
    write(zoo.resolve("org/bad-link/config.json"), "{}");
    Files.createSymbolicLink(zoo.resolve("org/bad-link/gone.bin"), Path.of("nowhere"));
    write(zoo.resolve("org/loop/config.json"), "{}");
    Files.createSymbolicLink(zoo.resolve("org/loop/up"), Path.of("."));
    write(zoo.resolve("org/out/config.json"), "{}");
    Files.createSymbolicLink(zoo.resolve("org/out/passwd"), Path.of("/etc/passwd"));
    write(
        zoo.resolve("org/pointer/model.safetensors"),
        "version https://git-lfs.github.com/spec/v1\noid sha256:"
            + "0".repeat(64)
            + "\nsize 12345\n");
    Files.createDirectories(zoo.resolve("org/empty"));
    write(zoo.resolve("README.md"), "stray");

    CompressResult result = compress();

    assertThat(result.failed())
        .extracting(ModelResult::model)
        .containsExactly("org/bad-link", "org/empty", "org/loop", "org/out", "org/pointer");
    assertThat(result.failed().get(0).error()).contains("gone.bin").contains("nowhere");
    assertThat(result.failed().get(2).error()).contains("circle");
    assertThat(result.failed().get(3).error()).contains("out of");
    assertThat(result.failed().get(4).error()).contains("pointer");
    assertThat(result.warnings()).anyMatch(w -> w.contains("README.md"));
    assertThat(view.models()).containsExactly("org/one", "org/two");
    assertStored("org/one");
  }

  @Test
  void oddNamesAndEmptyFilesComeBack() throws IOException {
    write(zoo.resolve("m/config.json"), "");
    write(zoo.resolve("m/new\nline"), "1");
    write(zoo.resolve("m/" + "x".repeat(255)), "2");
    write(zoo.resolve("m/\u00fc\u4e2d\ud83d\ude00.bin"), "3");
    write(zoo.resolve("m/sub/deep/er/..hidden"), "4");
    write(zoo.resolve("m/a b%20c"), new byte[70_000]);

    assertThat(compress().failed()).isEmpty();
    assertStored("m");
  }

  @Test
  void linksInsideTheTreeAreRemembered() throws IOException {
    write(zoo.resolve("m/real.safetensors"), safetensors(tensors("a", weights(5, 40_000))));
    Files.createSymbolicLink(zoo.resolve("m/link.safetensors"), Path.of("real.safetensors"));

    CompressResult result = compress();

    assertThat(result.failed()).isEmpty();
    assertThat(result.work().dataBytesRead())
        .isEqualTo(Files.size(zoo.resolve("m/real.safetensors")));
    assertStored("m");
    String revision = models(result).get(0).revision();
    assertThat(view.manifest("m", revision).files())
        .extracting(f -> f.path() + ">" + f.linkTarget())
        .containsExactly("link.safetensors>real.safetensors", "real.safetensors>");
  }

  @Test
  void oneModelDirectoryIsASource() throws IOException {
    twins();
    Path one = zoo.resolve("org/one");

    CompressResult result = compress(CompressOptions.of(one.toString(), store.toString()));

    assertThat(result.failed()).isEmpty();
    assertThat(view.models()).containsExactly("one");
  }
}
