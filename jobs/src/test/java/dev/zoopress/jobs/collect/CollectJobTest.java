package dev.zoopress.jobs.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zoopress.jobs.SmallStore;
import dev.zoopress.jobs.TestSpark;
import dev.zoopress.jobs.collect.CollectOptions.Mode;
import dev.zoopress.jobs.collect.CollectResult.Unreachable;
import dev.zoopress.jobs.store.Lease;
import dev.zoopress.jobs.store.LeaseHeldException;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CollectJobTest {
  private static final Duration WEEK = Duration.ofDays(7);

  @TempDir Path dir;
  private Path folder;
  private SmallStore small;
  private Repository repository;

  @BeforeEach
  void create() throws IOException {
    folder = dir.resolve("store");
    small = new SmallStore(folder, 1 << 16);
    repository = small.repository();
  }

  @AfterEach
  void close() throws IOException {
    small.close();
  }

  private CollectResult gc(Duration grace, Mode mode, Duration later) throws IOException {
    CollectOptions options = new CollectOptions(folder.toString(), grace, mode, "gc-test");
    Clock clock = Clock.offset(Clock.systemUTC(), later);
    return new CollectJob(TestSpark.session(), options, clock).execute();
  }

  private CollectResult gc(Duration grace) throws IOException {
    return gc(grace, Mode.REMOVE, Duration.ZERO);
  }

  private static Map<String, byte[]> files(long seed) {
    byte[] bytes = new byte[5000];
    new Random(seed).nextBytes(bytes);
    return Map.of("a", bytes);
  }

  private List<String> objects(String under) throws IOException {
    List<String> keys = new ArrayList<>();
    repository.store().list(under, o -> keys.add(o.key()));
    return keys;
  }

  /** A pack that a run put and did not publish. */
  private String orphan(Run run) throws IOException {
    byte[] bytes = new byte[700];
    new Random(objects("packs/").size()).nextBytes(bytes);
    Path file = Files.createTempFile(repository.store().spoolDirectory(), "pack", "");
    Files.write(file, bytes);
    String id = SmallStore.sha256(bytes);
    repository.putPack(run, id, file);
    return id;
  }

  @Test
  void whatIsPublishedStays() throws IOException {
    small.add("org/a", "r1", files(1));
    small.add("org/b", "r1", files(2));
    List<String> before = objects("");

    CollectResult result = gc(Duration.ZERO);

    assertThat(result.unreachable()).isEmpty();
    assertThat(result.freed().objects()).isZero();
    assertThat(objects("")).containsAll(before);
  }

  @Test
  void oneCallCondemnsAndALaterOneRemoves() throws IOException {
    small.add("org/a", "r1", files(1));
    small.add("org/b", "r1", files(2));
    long bytes = size("packs/") + size("manifests/");
    repository.delete("org/b");

    CollectResult dry = gc(WEEK, Mode.DRY_RUN, Duration.ZERO);
    assertThat(dry.unreachable()).extracting(Unreachable::sinceMillis).containsOnly(0L);
    assertThat(dry.unreachable())
        .extracting(u -> u.key().replaceAll("/.*", ""))
        .containsExactlyInAnyOrder("manifests", "models", "models", "packs");
    assertThat(objects("gc/")).isEmpty();

    CollectResult first = gc(WEEK);
    assertThat(first.condemned().objects()).isEqualTo(4);
    assertThat(first.freed().objects()).isZero();
    assertThat(first.unreachable()).hasSize(4).allMatch(u -> u.sinceMillis() > 0);

    CollectResult early = gc(WEEK, Mode.REMOVE, Duration.ofDays(6));
    assertThat(early.freed().objects()).isZero();
    assertThat(early.condemned().objects()).isZero();

    CollectResult late = gc(WEEK, Mode.REMOVE, Duration.ofDays(8));
    assertThat(late.freed().objects()).isEqualTo(4);
    assertThat(late.unreachable()).isEmpty();
    assertThat(size("packs/") + size("manifests/")).isLessThan(bytes);
    assertThat(objects("packs/")).hasSize(1);
    assertThat(repository.pointer("org/a", "r1")).isPresent();
    assertThat(repository.pointer("org/b", "r1").orElseThrow().deleted()).isTrue();
  }

  private long size(String under) throws IOException {
    long[] sum = {0};
    repository.store().list(under, o -> sum[0] += o.sizeBytes());
    return sum[0];
  }

  @Test
  void whatIsNeededAgainIsSpared() throws IOException {
    String manifest = small.add("org/a", "r1", files(1));
    repository.delete("org/a");
    gc(WEEK);
    assertThat(repository.packStays(packOf(manifest))).isFalse();
    repository.publish(new dev.zoopress.jobs.store.Pointer("org/a", "r1", 3, manifest, 1, 5000));

    CollectResult late = gc(WEEK, Mode.REMOVE, Duration.ofDays(8));

    assertThat(late.spared()).isEqualTo(2);
    assertThat(repository.packStays(packOf(manifest))).isTrue();
  }

  private String packOf(String manifest) throws IOException {
    return repository.manifest(manifest).packs().iterator().next();
  }

  @Test
  void runsAtWorkHoldTheirPins() throws IOException {
    small.add("org/a", "r1", files(1));
    Run open = Run.of(repository, "open");
    try (Lease lease = open.hold("test", Clock.systemUTC())) {
      String pack = orphan(open);

      CollectResult result = gc(Duration.ZERO);

      assertThat(result.runsDead()).isEmpty();
      assertThat(repository.packStays(pack)).isTrue();
      assertThat(open.phase()).isEqualTo(Run.Phase.OPEN);
    }
  }

  @Test
  void aRunWithoutASignOfLifeIsHeldForTheGraceAndThenDead() throws IOException {
    Run run = Run.of(repository, "killed");
    String pack = orphan(run);

    assertThat(gc(WEEK).condemned().objects()).isZero();
    assertThat(run.phase()).isEqualTo(Run.Phase.OPEN);

    CollectResult late = gc(WEEK, Mode.REMOVE, Duration.ofDays(8));
    assertThat(late.runsDead()).containsExactly("killed");
    assertThat(late.condemned().objects()).isEqualTo(1);
    assertThat(run.beginPublishing()).isFalse();
    gc(WEEK, Mode.REMOVE, Duration.ofDays(16));
    assertThat(repository.packStays(pack)).isFalse();
    assertThat(objects("packs/")).isEmpty();
    assertThat(objects("runs/killed/pins/")).isEmpty();
  }

  @Test
  void aKeyThatAStragglerPutAgainGoesAgain() throws IOException {
    Run run = Run.of(repository, "straggler");
    orphan(run);
    String key = objects("packs/").get(0);
    gc(Duration.ZERO);
    assertThat(objects("packs/")).isEmpty();
    repository.store().putIfAbsent(key, new byte[10]);

    CollectResult again = gc(WEEK);

    assertThat(again.freed().objects()).isEqualTo(1);
    assertThat(objects("packs/")).isEmpty();
  }

  @Test
  void aCopyBesideTheOneThatStaysGoes() throws IOException {
    String manifest = small.add("org/a", "r1", files(1));
    repository.delete("org/a");
    gc(WEEK);
    // Condemned, so that the same content gets another name.
    small.add("org/b", "r1", files(1));
    assertThat(objects("packs/")).hasSize(2);

    gc(WEEK, Mode.REMOVE, Duration.ofDays(8));

    assertThat(objects("packs/")).hasSize(1);
    assertThat(repository.packStays(packOf(manifest))).isTrue();
    assertThat(repository.manifest(manifest).files()).hasSize(1);
  }

  @Test
  void abandonedTemporaryFilesGo() throws IOException {
    Path old = Files.createTempFile(repository.store().spoolDirectory(), "pack-", ".tmp");
    Path young = Files.createTempFile(repository.store().spoolDirectory(), "pack-", ".tmp");
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));

    CollectResult result = gc(Duration.ZERO);

    assertThat(result.leftovers().objects()).isEqualTo(1);
    assertThat(old).doesNotExist();
    assertThat(young).exists();
  }

  @Test
  void nothingGoesWhileAPublishedManifestIsMissing() throws IOException {
    String manifest = small.add("org/a", "r1", files(1));
    small.add("org/b", "r1", files(2));
    repository.delete("org/b");
    repository
        .store()
        .delete("manifests/" + manifest.substring(0, 2) + "/" + manifest + ".json.zst");

    assertThatThrownBy(() -> gc(Duration.ZERO)).rootCause().hasMessageContaining(manifest);
    assertThat(objects("packs/")).hasSize(2);
  }

  @Test
  void twoAtOnceExcludeEachOther() throws IOException {
    try (Lease other = repository.exclusive("optimize-1", "optimize", Clock.systemUTC())) {
      assertThatThrownBy(() -> gc(Duration.ZERO))
          .isInstanceOf(LeaseHeldException.class)
          .hasMessageContaining("optimize-1");
    }
    gc(Duration.ZERO);
  }
}
