package dev.zoopress.jobs.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.Manifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepositoryTest {
  private static final String PACK = "ab".repeat(32);

  @TempDir Path folder;
  private ObjectStore store;
  private Repository repository;
  private Run run;

  @BeforeEach
  void create() throws IOException {
    store = new LocalStore(folder.resolve("store"));
    repository = Repository.create(store);
    run = Run.of(repository, "run-1");
  }

  @Test
  void aRepositoryIsMadeOnceAndFoundAgain() throws IOException {
    assertThat(Repository.create(store).id()).isEqualTo(repository.id());
    assertThat(Repository.open(store).id()).isEqualTo(repository.id());
    assertThatThrownBy(() -> Repository.open(new LocalStore(folder.resolve("other"))))
        .isInstanceOf(RepositoryNotFoundException.class)
        .hasMessageContaining("other");
  }

  @Test
  void everyFlippedBitOfASealedObjectShows() throws IOException {
    publish("m", "r", 1, "a");
    for (String key : List.of("zoopress.json", "models/m/r/1.json")) {
      byte[] good = store.get(key, 10_000);
      for (int bit = 0; bit < good.length * 8; bit++) {
        byte[] bad = good.clone();
        bad[bit / 8] ^= (byte) (1 << bit % 8);
        store.put(key, bad);
        assertThatThrownBy(
                () -> {
                  Repository.open(store);
                  repository.pointer("m", "r");
                })
            .as("bit %s of %s", bit, key)
            .isInstanceOf(CorruptContainerException.class)
            .hasMessageContaining(key);
      }
      for (int length = 0; length < good.length; length++) {
        store.put(key, Arrays.copyOf(good, length));
        assertThatThrownBy(
                () -> {
                  Repository.open(store);
                  repository.pointer("m", "r");
                })
            .isInstanceOf(CorruptContainerException.class);
      }
      store.put(key, good);
    }
  }

  @Test
  void aNewerVersionIsRefusedByName() throws IOException {
    store.put(
        "zoopress.json", Sealed.seal(Sealed.body("repository").put("id", "x").put("version", 2)));
    assertThatThrownBy(() -> Repository.open(store))
        .isInstanceOf(UnsupportedVersionException.class)
        .hasMessageContaining("zoopress.json")
        .hasMessageContaining("newer zoopress");
  }

  @Test
  void packsAreFoundByTheirId() throws IOException {
    assertThat(repository.packStays(PACK)).isFalse();
    assertThat(repository.putPack(run, PACK, file("pack"))).isTrue();
    assertThat(repository.putPack(run, PACK, file("pack"))).isFalse();
    assertThat(repository.packStays(PACK)).isTrue();
    assertThat(read(PACK)).isEqualTo("pack");
    assertThat(store.size("packs/ab/" + PACK + ".zpk")).hasValue(4);
    TreeSet<String> pins = new TreeSet<>();
    run.pins(pins);
    assertThat(pins).containsExactly(PACK);
  }

  @Test
  void aCondemnedNameIsNeverUsedAgain() throws IOException {
    repository.putPack(run, PACK, file("pack"));
    String first = "packs/ab/" + PACK + ".zpk";
    store.putIfAbsent("gc/1/condemned", Condemned.encode(List.of(first)));
    assertThat(repository.packStays(PACK)).isFalse();
    assertThat(repository.putPack(run, PACK, file("pack"))).isTrue();
    assertThat(repository.packStays(PACK)).isTrue();
    store.putIfAbsent("gc/1/verdict", Condemned.encode(List.of(first)));
    store.delete(first);
    assertThat(read(PACK)).isEqualTo("pack");
    assertThat(repository.putPack(run, PACK, file("pack"))).isFalse();
    assertThat(store.size(first)).isEmpty();
  }

  @Test
  void aVerdictSparesWhatItDoesNotName() throws IOException {
    repository.putPack(run, PACK, file("pack"));
    store.putIfAbsent("gc/1/condemned", Condemned.encode(List.of("packs/ab/" + PACK + ".zpk")));
    store.putIfAbsent("gc/1/verdict", Condemned.encode(List.of()));
    assertThat(repository.packStays(PACK)).isTrue();
  }

  @Test
  void manifestsAreCheckedAgainstTheirId() throws IOException {
    String id = repository.putManifest(run, manifest("a"));
    assertThat(repository.manifest(id)).isEqualTo(manifest("a"));
    String key = "manifests/" + id.substring(0, 2) + "/" + id + ".json.zst";
    byte[] bytes = store.get(key, 10_000);
    bytes[bytes.length / 2] ^= 1;
    store.put(key, bytes);
    assertThatThrownBy(() -> repository.manifest(id))
        .isInstanceOf(CorruptContainerException.class)
        .hasMessageContaining(id);
  }

  @Test
  void theHighestPointerIsTheTruth() throws IOException {
    assertThat(repository.pointer("org/m", "r")).isEmpty();
    publish("org/m", "r", 1, "a");
    Pointer second = publish("org/m", "r", 2, "a", "b");
    assertThat(repository.pointer("org/m", "r")).contains(second);
    assertThat(repository.publish(second)).isEqualTo(Publication.DONE);
  }

  @Test
  void aRevisionOnlyGainsFiles() throws IOException {
    publish("m", "r", 1, "a", "b");
    assertThatThrownBy(() -> publish("m", "r", 2, "a"))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("'b'");
    assertThat(repository.pointer("m", "r").orElseThrow().n()).isEqualTo(1);
  }

  @Test
  void whoComesSecondLoses() throws IOException {
    publish("m", "r", 1, "a");
    String other = repository.putManifest(run, manifest("z"));
    assertThat(repository.publish(new Pointer("m", "r", 1, other, 1, 1)))
        .isEqualTo(Publication.LOST);
  }

  @Test
  void aDeletedRevisionIsGoneAndMayComeBack() throws IOException {
    Pointer first = publish("m", "r", 1, "a");
    publish("m", "s", 1, "a");
    repository.setRef("m", "main", "r");
    repository.setRef("m", "other", "s");
    assertThat(repository.delete("m", "r")).isTrue();
    assertThat(repository.delete("m", "r")).isFalse();
    assertThat(repository.pointer("m", "r").orElseThrow().deleted()).isTrue();
    assertThat(repository.ref("m", "main")).isEmpty();
    assertThat(repository.ref("m", "other")).contains("s");
    assertThat(repository.publish(new Pointer("m", "r", 2, first.manifest(), 1, 1)))
        .isEqualTo(Publication.DELETED);
    assertThat(repository.publish(new Pointer("m", "r", 3, first.manifest(), 1, 1)))
        .isEqualTo(Publication.DONE);
    assertThat(repository.delete("m")).isEqualTo(2);
    assertThat(repository.delete("m")).isZero();
  }

  @Test
  void hostileNamesComeBackAsTheyWere() throws IOException {
    List<String> names =
        List.of(
            "..",
            ".",
            ".hidden",
            "a b",
            "org/../x",
            "new\nline",
            "refs",
            "%41",
            "é/日本",
            "a%",
            "x".repeat(255),
            "日".repeat(85),
            "C:\\x",
            "a".repeat(200),
            "b".repeat(199) + "%");
    for (String name : names) {
      publish(name, "r", 1, "a");
      publish("m", name.length() > 60 ? "long" + name.hashCode() : name, 1, "a");
    }
    List<String> models = new ArrayList<>();
    repository.models(models::add);
    assertThat(models).containsAll(names).hasSize(names.size() + 1);
    List<String> revisions = new ArrayList<>();
    repository.revisions("m", revisions::add);
    assertThat(revisions).contains("..", "refs", "new\nline").hasSize(names.size());
    assertThatThrownBy(() -> repository.pointer("x".repeat(2000), "r"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("model name");
    assertThatThrownBy(() -> repository.pointer("m", ""))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whetherARunPublishesIsDecidedOnce() throws IOException {
    assertThat(run.phase()).isEqualTo(Run.Phase.OPEN);
    assertThat(run.beginPublishing()).isTrue();
    assertThat(run.declareDead()).isFalse();
    assertThat(run.phase()).isEqualTo(Run.Phase.PUBLISHING);
    run.finish();
    assertThat(run.phase()).isEqualTo(Run.Phase.FINISHED);
    Run late = Run.of(repository, "run-2");
    assertThat(late.declareDead()).isTrue();
    assertThat(late.beginPublishing()).isFalse();
    assertThat(late.phase()).isEqualTo(Run.Phase.DEAD);
  }

  private Pointer publish(String model, String revision, int n, String... files)
      throws IOException {
    String id = repository.putManifest(run, manifest(files));
    Pointer pointer = new Pointer(model, revision, n, id, files.length, files.length);
    assertThat(repository.publish(pointer)).isEqualTo(Publication.DONE);
    return pointer;
  }

  @Test
  void aManifestThatNoReaderWouldTakeIsRefused() {
    Run run = Run.of(repository, "run");
    for (String[] files : new String[][] {{"a", "a/b"}, {"../a"}, {"a", "a"}, {"a\\b"}}) {
      assertThatThrownBy(() -> repository.putManifest(run, manifest(files)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("rename or remove");
    }
  }

  private static Manifest manifest(String... files) {
    List<FileEntry> entries = new ArrayList<>();
    for (String file : files) {
      entries.add(
          new FileEntry(
              file,
              0,
              Sealed.sha256(file.getBytes(StandardCharsets.UTF_8)),
              "0".repeat(40),
              false,
              "",
              "opaque",
              List.of()));
    }
    return new Manifest(entries);
  }

  private Path file(String content) throws IOException {
    return Files.writeString(Files.createTempFile(store.spoolDirectory(), "pack", ""), content);
  }

  private String read(String packId) throws IOException {
    try (var source = repository.packs().open(packId)) {
      byte[] bytes = new byte[(int) source.size()];
      source.readFully(0, bytes, 0, bytes.length);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
