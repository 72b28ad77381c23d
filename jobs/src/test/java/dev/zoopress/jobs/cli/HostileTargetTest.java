package dev.zoopress.jobs.cli;

import static dev.zoopress.jobs.compress.SmallZoo.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.codec.manifest.ManifestFormat;
import dev.zoopress.jobs.SmallStore;
import dev.zoopress.jobs.TestSpark;
import dev.zoopress.jobs.store.Pointer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Restore writes below its target or not at all, whatever a store or the target holds. */
final class HostileTargetTest {
  private static final String COMMIT = "1".repeat(40);

  @TempDir Path dir;
  private Path store;
  private Path target;

  @BeforeEach
  void fill() throws IOException {
    TestSpark.session();
    store = dir.resolve("store");
    target = dir.resolve("deep/target");
    try (SmallStore small = new SmallStore(store, 1 << 16)) {
      small.add("org/good", COMMIT, Map.of("config.json", new byte[] {1, 2, 3}));
    }
  }

  private Called restore(Object... more) {
    Object[] all = new Object[5 + more.length];
    System.arraycopy(new Object[] {"restore", "--store", store, "--to", target}, 0, all, 0, 5);
    System.arraycopy(more, 0, all, 5, more.length);
    return Called.zoopress(all);
  }

  private Set<String> everything() throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> all = Files.walk(dir)) {
      all.filter(p -> !p.startsWith(store) && !Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS))
          .forEach(p -> names.add(dir.relativize(p).toString()));
    }
    return names;
  }

  private static FileEntry empty(String path) {
    return new FileEntry(
        path,
        0,
        SmallStore.sha256(new byte[0]),
        SmallStore.gitSha1(new byte[0]),
        false,
        "",
        "opaque",
        List.of());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../evil",
        "/tmp/zoopress-evil",
        "a/../../../evil",
        "a//b",
        "..",
        "a\\..\\evil"
      })
  void aManifestWhosePathsLeaveTheTreeIsDamage(String path) throws IOException {
    byte[] manifest = ManifestFormat.encode(new Manifest(List.of(empty("fine"), empty(path))));
    String id = ManifestFormat.id(manifest);
    write(store.resolve("manifests/" + id.substring(0, 2) + "/" + id + ".json.zst"), manifest);
    try (SmallStore small = new SmallStore(store, 1 << 16)) {
      small.repository().publish(new Pointer("org/bad", COMMIT, 1, id, 2, 0));
    }

    Called called = restore();

    assertThat(called.code()).as(called.err()).isEqualTo(4);
    assertThat(called.out()).contains("org/bad").contains("manifests/").contains("at byte");
    assertThat(everything()).containsExactly("deep/target/org/good/config.json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../evil", "/evil", "x\\..\\y"})
  void aModelWhoseNameLeavesTheTreeIsRefused(String name) throws IOException {
    try (SmallStore small = new SmallStore(store, 1 << 16)) {
      small.add(name, COMMIT, Map.of("f", new byte[] {1}));
    }
    for (String layout : List.of("plain", "hf-cache")) {
      Called called = restore("--layout", layout);
      assertThat(called.code()).as(called.err()).isEqualTo(3);
      assertThat(called.out()).contains("refused").contains("do not trust it");
    }
    assertThat(everything()).allMatch(f -> f.startsWith("deep/target/") && f.contains("good"));
  }

  @Test
  void revisionsAndRefsCannotLeaveACache() throws IOException {
    try (SmallStore small = new SmallStore(store, 1 << 16)) {
      small.add("rev", "../../../../evil", Map.of("f", new byte[] {1}));
      small.add("ref", COMMIT, Map.of("f", new byte[] {2}));
      small.repository().setRef("ref", "../../../evil", COMMIT);
    }

    Called called = restore("--layout", "hf-cache");

    assertThat(called.code()).as(called.err()).isEqualTo(3);
    assertThat(called.out()).contains("NOT WRITTEN rev").contains("NOT WRITTEN ref: refs/../");
    assertThat(everything())
        .noneMatch(f -> f.contains("evil"))
        .allMatch(f -> f.startsWith("deep/target/models--"))
        .anyMatch(f -> f.startsWith("deep/target/models--org--good/snapshots/"));
  }

  @Test
  void linkTextsOfASourceAreNotMade() throws IOException {
    byte[] bytes = {1, 2, 3};
    FileEntry f = empty("f");
    try (SmallStore small = new SmallStore(store, 1 << 16)) {
      small.publish(
          "m",
          COMMIT,
          new Manifest(
              List.of(
                  new FileEntry(
                      f.path(),
                      0,
                      f.sha256(),
                      f.gitSha1(),
                      false,
                      "../../../../etc/passwd",
                      "opaque",
                      List.of()))));
    }
    assertThat(restore("--layout", "hf-cache").code()).isZero();
    Path link = target.resolve("models--m/snapshots/" + COMMIT + "/f");
    assertThat(Files.readSymbolicLink(link)).hasToString("../../blobs/" + f.gitSha1());
    assertThat(restore().code()).isZero();
    assertThat(Files.isRegularFile(target.resolve("m/f"), LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(target.resolve("org/good/config.json")).hasBinaryContent(bytes);
  }

  @Test
  void linksAndOtherFilesInTheWayStayUnlessForced() throws IOException {
    Path victim = Files.writeString(dir.resolve("victim"), "keep");
    Path file = target.resolve("org/good/config.json");
    Files.createDirectories(file.getParent());
    Files.createSymbolicLink(file, victim);

    Called link = restore("--force");
    assertThat(link.code()).isEqualTo(3);
    assertThat(link.out()).contains("org/good/config.json: a folder or a link is in the way");
    assertThat(victim).hasContent("keep");

    Files.delete(file);
    Files.writeString(file, "mine");
    Called other = restore();
    assertThat(other.code()).isEqualTo(3);
    assertThat(other.out()).contains("a different file is there; --force replaces it");
    assertThat(file).hasContent("mine");
    assertThat(restore("--force").code()).isZero();
    assertThat(file).hasBinaryContent(new byte[] {1, 2, 3});
  }

  @Test
  void aStoreIsNoTarget() throws IOException {
    Called called = Called.zoopress("restore", "--store", store, "--to", store);
    assertThat(called.code()).isEqualTo(1);
    assertThat(called.err()).contains(store + ": a store").contains("choose another --to");
    assertThat(store.resolve("org")).doesNotExist();
  }

  @Test
  void aTargetThatIsALinkIsFollowedAsTheCallerNamedIt() throws IOException {
    Path elsewhere = Files.createDirectories(dir.resolve("elsewhere"));
    Files.createDirectories(target.getParent());
    Files.createSymbolicLink(target, elsewhere);
    assertThat(restore().code()).isZero();
    assertThat(elsewhere.resolve("org/good/config.json")).hasBinaryContent(new byte[] {1, 2, 3});

    Files.delete(target);
    Files.createSymbolicLink(target, dir.resolve("nowhere"));
    Called dangling = restore();
    assertThat(dangling.code()).isEqualTo(1);
    assertThat(dangling.err()).contains(target.toString()).contains("--to");

    Files.delete(target);
    Files.writeString(target, "a file");
    Called file = restore();
    assertThat(file.code()).isEqualTo(1);
    assertThat(file.err()).contains(target.toString()).contains("--to");
    assertThat(target).hasContent("a file");
  }
}
