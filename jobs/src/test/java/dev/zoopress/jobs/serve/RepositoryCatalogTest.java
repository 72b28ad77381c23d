package dev.zoopress.jobs.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.pack.ChunkCache;
import dev.zoopress.jobs.SmallStore;
import dev.zoopress.jobs.store.Pointer;
import dev.zoopress.jobs.store.Publication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server remembers of a repository, and what it notices. */
final class RepositoryCatalogTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  @TempDir Path dir;
  private SmallStore store;
  private RepositoryCatalog catalog;

  @BeforeEach
  void open() throws IOException {
    store = new SmallStore(dir, 1 << 20);
    store.add("org/model", COMMIT, Map.of("a.bin", new byte[5000]));
    catalog = new RepositoryCatalog(store.repository(), Duration.ofHours(1));
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  @Test
  void findsByCommitBranchTagAndHead() throws IOException {
    store.repository().setRef("org/model", "tags/v1", COMMIT);
    store.repository().setRef("org/model", "refs/pr/1", COMMIT);
    for (String name : List.of("main", "HEAD", "refs/heads/main", COMMIT, "v1", "refs/pr/1")) {
      assertThat(catalog.find("org/model", name)).as(name).isPresent();
    }
    for (String name : List.of("v2", "", "f".repeat(40))) {
      assertThat(catalog.find("org/model", name)).as(name).isEmpty();
    }
    for (String model : List.of("org/none", "../x", "a/b/c", "", "org/..")) {
      assertThat(catalog.find(model, "main")).as(model).isEmpty();
      assertThat(catalog.exists(model)).as(model).isFalse();
    }
    assertThat(catalog.refs("org/model")).containsKeys("main", "tags/v1", "refs/pr/1");
  }

  @Test
  void remembersWhatANameMeansButNotThatItIsAbsent() throws IOException {
    assertThat(catalog.find("org/new", "main")).isEmpty();
    store.add("org/new", COMMIT, Map.of("b.bin", new byte[10]));
    assertThat(catalog.find("org/new", "main")).isPresent();
    store.repository().delete("org/new");
    assertThat(catalog.find("org/new", "main")).isPresent();
    assertThat(catalog.findNow("org/new", "main")).isEmpty();
    assertThat(catalog.find("org/new", "main")).isEmpty();
    RepositoryCatalog forgetful = new RepositoryCatalog(store.repository(), Duration.ZERO);
    assertThat(forgetful.find("org/model", "main")).isPresent();
    store.repository().delete("org/model");
    assertThat(forgetful.find("org/model", "main")).isEmpty();
  }

  /** As after optimize and gc: the same file in another pack, the old one removed. */
  @Test
  void aFileThatMovedIsReadFromItsNewPlace() throws IOException {
    Snapshot before = catalog.find("org/model", "main").orElseThrow();
    FileEntry file = before.files().get("a.bin");
    Path old = onlyPack();
    String manifest =
        store.add("org/other", COMMIT, Map.of("a.bin", new byte[5000], "more", new byte[70_000]));
    Pointer moved = new Pointer("org/model", COMMIT, 2, manifest, 2, 75_000);
    assertThat(store.repository().publish(moved)).isEqualTo(Publication.DONE);
    Files.delete(old);
    try (OpenFile open =
        new OpenFile(
            file,
            store.repository().packs(),
            new ChunkCache(0),
            () -> catalog.findNow("org/model", COMMIT).orElseThrow().files().get("a.bin"))) {
      byte[] target = new byte[5000];
      target[7] = 1;
      open.read(0, target, 5000);
      assertThat(target).isEqualTo(new byte[5000]);
      assertThat(open.entry()).isNotEqualTo(file);
    }
  }

  private Path onlyPack() throws IOException {
    try (Stream<Path> all = Files.walk(dir.resolve("packs"))) {
      List<Path> packs = all.filter(Files::isRegularFile).toList();
      assertThat(packs).hasSize(1);
      return packs.get(0);
    }
  }
}
