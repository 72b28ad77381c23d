package dev.zoopress.jobs.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zoopress.jobs.SmallStore;
import dev.zoopress.jobs.TestSpark;
import dev.zoopress.jobs.compress.Progress;
import dev.zoopress.jobs.restore.RestoreOptions.Flag;
import dev.zoopress.jobs.restore.RestoreResult.FileError;
import dev.zoopress.jobs.restore.RestoreResult.RestoredModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RestoreJobTest {
  private static final String FIRST = "1".repeat(40);
  private static final String SECOND = "2".repeat(40);

  @TempDir Path temp;
  private Path storeFolder;
  private Path target;
  private final Map<String, byte[]> alpha = new LinkedHashMap<>();
  private final Map<String, byte[]> beta = new LinkedHashMap<>();

  @BeforeEach
  void fill() throws IOException {
    storeFolder = temp.resolve("store");
    target = temp.resolve("back");
    alpha.put("config.json", random(1, 300));
    alpha.put("sub/folder/weights.bin", random(2, 5_000_000));
    alpha.put("empty", new byte[0]);
    beta.put("weights.bin", random(3, 700_001));
    beta.put("näme with space\n", random(4, 17));
    try (SmallStore store = new SmallStore(storeFolder, 1 << 18)) {
      store.add("org/alpha", FIRST, alpha);
      store.add("beta", SECOND, beta);
    }
  }

  private static byte[] random(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private RestoreResult restore(Layout layout, String file, Set<Flag> flags, String... models)
      throws IOException {
    RestoreOptions options =
        new RestoreOptions(
            storeFolder.toString(), List.of(models), target.toString(), layout, file, flags, "run");
    return new RestoreJob(TestSpark.session(), options, Progress.NONE, 1 << 20).execute();
  }

  private Map<String, byte[]> files(Path folder) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path p : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
        files.put(folder.relativize(p).toString(), Files.readAllBytes(p));
      }
    }
    return files;
  }

  @Test
  void everyFileComesBackAndEqualOnesStay() throws IOException {
    RestoreResult result = restore(Layout.PLAIN, "", Set.of());
    Map<String, byte[]> expected = new TreeMap<>();
    alpha.forEach((k, v) -> expected.put("org/alpha/" + k, v));
    beta.forEach((k, v) -> expected.put("beta/" + k, v));
    assertThat(files(target)).containsExactlyEntriesOf(expected);
    assertThat(result.models())
        .extracting(RestoredModel::model)
        .containsExactly("beta", "org/alpha");
    assertThat(result.models()).extracting(RestoredModel::written).containsExactly(2L, 3L);

    Path kept = target.resolve("beta/weights.bin");
    Object key = Files.getAttribute(kept, "unix:ino");
    RestoreResult again = restore(Layout.PLAIN, "", Set.of());
    assertThat(again.models()).extracting(RestoredModel::written).containsExactly(0L, 0L);
    assertThat(again.models()).extracting(RestoredModel::files).containsExactly(2L, 3L);
    assertThat(Files.getAttribute(kept, "unix:ino")).isEqualTo(key);
  }

  @Test
  void oneFileOfOneModel() throws IOException {
    restore(Layout.PLAIN, "config.json", Set.of(), "org/alpha@1111");
    assertThat(files(target)).containsOnlyKeys("org/alpha/config.json");
    assertThatThrownBy(() -> restore(Layout.PLAIN, "", Set.of(), "gamma"))
        .hasMessageContaining("gamma: no such model");
    assertThatThrownBy(() -> restore(Layout.PLAIN, "", Set.of(), "beta@1111"))
        .hasMessageContaining("no such revision");
  }

  @Test
  void aDifferentFileIsReplacedOnlyWhenForced() throws IOException {
    Path config = target.resolve("org/alpha/config.json");
    Path weights = target.resolve("org/alpha/sub/folder/weights.bin");
    Files.createDirectories(weights.getParent());
    Files.writeString(config, "mine");
    Files.writeString(weights, "mine too");
    List<FileError> errors =
        restore(Layout.PLAIN, "", Set.of(), "org/alpha").models().get(0).errors();
    assertThat(errors).extracting(FileError::kind).containsOnly(FileError.Kind.IN_THE_WAY);
    assertThat(errors).hasSize(2).allMatch(e -> e.message().contains("--force"));
    assertThat(Files.readString(config)).isEqualTo("mine");
    assertThat(Files.readString(weights)).isEqualTo("mine too");

    assertThat(
            restore(Layout.PLAIN, "", Set.of(Flag.FORCE, Flag.DRY_RUN)).models().get(1).written())
        .isEqualTo(2);
    assertThat(Files.readString(config)).isEqualTo("mine");

    assertThat(restore(Layout.PLAIN, "", Set.of(Flag.FORCE)).models().get(1).errors()).isEmpty();
    assertThat(Files.readAllBytes(config)).isEqualTo(alpha.get("config.json"));
    assertThat(Files.readAllBytes(weights)).isEqualTo(alpha.get("sub/folder/weights.bin"));
  }

  @Test
  void linksInsideTheTargetAreNeverFollowed() throws IOException {
    Path outside = Files.createDirectories(temp.resolve("outside"));
    Files.createDirectories(target.resolve("org/alpha"));
    Files.createSymbolicLink(target.resolve("org/alpha/sub"), outside);
    Files.createSymbolicLink(target.resolve("beta"), outside);
    Files.writeString(outside.resolve("victim"), "keep");
    Files.createSymbolicLink(target.resolve("org/alpha/config.json"), outside.resolve("victim"));
    RestoreResult result = restore(Layout.PLAIN, "", Set.of(Flag.FORCE));
    assertThat(result.models().get(0).errors()).hasSize(2);
    assertThat(result.models().get(1).errors()).hasSize(2);
    assertThat(files(outside)).containsOnlyKeys("victim");
    assertThat(Files.readString(outside.resolve("victim"))).isEqualTo("keep");
    assertThat(target.resolve("org/alpha/empty")).exists();
  }

  @Test
  void aDamagedPackCostsItsFilesOnlyAndLeavesNothingBehind() throws IOException {
    try (Stream<Path> packs = Files.walk(storeFolder.resolve("packs"))) {
      Path largest =
          packs
              .filter(Files::isRegularFile)
              .max((a, b) -> Long.compare(a.toFile().length(), b.toFile().length()))
              .orElseThrow();
      byte[] bytes = Files.readAllBytes(largest);
      bytes[bytes.length / 2] ^= 4;
      Files.write(largest, bytes);
    }
    RestoreResult result = restore(Layout.PLAIN, "", Set.of());
    RestoredModel damaged = result.models().get(1);
    assertThat(damaged.errors()).isNotEmpty().allMatch(e -> e.kind() == FileError.Kind.DAMAGED);
    assertThat(damaged.errors().get(0).path()).isEqualTo("sub/folder/weights.bin");
    assertThat(damaged.errors().get(0).message()).contains("packs/");
    assertThat(result.models().get(0).errors()).isEmpty();
    assertThat(files(target))
        .doesNotContainKey("org/alpha/sub/folder/weights.bin")
        .containsKey("org/alpha/config.json");
    assertThat(target.toFile().list()).containsExactlyInAnyOrder("org", "beta");
  }

  @Test
  void theCacheLayoutHasBlobsSnapshotsAndRefs() throws IOException {
    Map<String, byte[]> next = new LinkedHashMap<>(alpha);
    next.put("config.json", random(9, 301));
    try (SmallStore store = new SmallStore(storeFolder, 1 << 18)) {
      store.add("org/alpha", SECOND, next);
    }
    restore(Layout.HF_CACHE, "", Set.of(), "org/alpha");
    assertThat(target.toFile().list()).containsExactly("models--org--alpha");
    Path model = target.resolve("models--org--alpha");
    assertThat(Files.readString(model.resolve("refs/main"))).isEqualTo(SECOND);
    Path link = model.resolve("snapshots/" + FIRST + "/sub/folder/weights.bin");
    byte[] weights = alpha.get("sub/folder/weights.bin");
    assertThat(Files.readSymbolicLink(link))
        .hasToString("../../../../blobs/" + SmallStore.sha256(weights));
    assertThat(link).hasBinaryContent(weights);
    Path config = model.resolve("snapshots/" + SECOND + "/config.json");
    assertThat(Files.readSymbolicLink(config))
        .hasToString("../../blobs/" + SmallStore.gitSha1(next.get("config.json")));
    assertThat(config).hasBinaryContent(next.get("config.json"));
    assertThat(model.resolve("blobs").toFile().list()).hasSize(4);
    assertThat(
            Files.isRegularFile(
                model.resolve("blobs/" + SmallStore.sha256(weights)), LinkOption.NOFOLLOW_LINKS))
        .isTrue();
    RestoreResult again = restore(Layout.HF_CACHE, "", Set.of(), "org/alpha");
    assertThat(again.models()).extracting(RestoredModel::written).containsOnly(0L);
    assertThat(again.models()).allMatch(m -> m.errors().isEmpty());
  }
}
