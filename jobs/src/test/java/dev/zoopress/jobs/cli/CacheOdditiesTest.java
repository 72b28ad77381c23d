package dev.zoopress.jobs.cli;

import static dev.zoopress.jobs.compress.SmallZoo.weights;
import static dev.zoopress.jobs.compress.SmallZoo.write;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zoopress.jobs.SmallStore;
import dev.zoopress.jobs.TestSpark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What real Hugging Face caches hold besides whole snapshots. */
final class CacheOdditiesTest {
  private static final String FIRST = "1".repeat(40);
  private static final String SECOND = "2".repeat(40);

  @TempDir Path dir;
  private Path cache;
  private Path store;

  @BeforeEach
  void paths() {
    TestSpark.session();
    cache = dir.resolve("hub");
    store = dir.resolve("store");
  }

  private Path model(String name) {
    return cache.resolve("models--" + name.replace("/", "--"));
  }

  /** As the hub's client puts it there: a blob, and a relative link in the snapshot. */
  private Path blob(String model, String commit, String path, byte[] bytes) throws IOException {
    String name = bytes.length > 1000 ? SmallStore.sha256(bytes) : SmallStore.gitSha1(bytes);
    Path blob = write(model(model).resolve("blobs/" + name), bytes);
    Path link = model(model).resolve("snapshots/" + commit + "/" + path);
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, link.getParent().relativize(blob));
    return blob;
  }

  private void ref(String model, String name, String commit) throws IOException {
    write(model(model).resolve("refs/" + name), commit);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Called compress() {
    return Called.json("compress", cache, "--store", store, "--effort", "fast");
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(t -> texts.add(t.asText()));
    return texts;
  }

  private Path restored() throws IOException {
    Path back = Files.createTempDirectory(dir, "back");
    Called called = Called.json("restore", "--store", store, "--to", back, "--layout", "hf-cache");
    assertThat(called.code()).as(called.err() + called.out()).isZero();
    return back;
  }

  @Test
  void leftoversOfDownloadsAreNotTakenForFiles() throws IOException {
    byte[] config = text("{}");
    blob("a/m", FIRST, "config.json", config);
    ref("a/m", "main", FIRST);
    ref("a/m", "refs/pr/1", SECOND);
    write(model("a/m").resolve("blobs/" + "c".repeat(64) + ".incomplete"), weights(1, 5000));
    write(model("a/m").resolve("blobs/" + "d".repeat(64)), weights(2, 500));
    write(model("a/m").resolve(".no_exist/" + FIRST + "/added_tokens.json"), "");
    write(cache.resolve(".locks/models--a--m/x.lock"), "");
    write(cache.resolve("version.txt"), "1");
    write(model("a/m").resolve("snapshots/.DS_Store"), "x");
    write(model("a/m").resolve("snapshots/tmp123/config.json"), "x");
    ref("a/m", "cut", "");
    ref("a/m", "long", "1".repeat(300));
    ref("a/m", "back\\slash", FIRST);

    Called called = compress();

    assertThat(called.code()).as(called.err() + called.out()).isZero();
    JsonNode document = called.document();
    assertThat(document.path("totals").path("sourceBytes").asLong()).isEqualTo(config.length);
    assertThat(texts(document.path("warnings")))
        .anyMatch(w -> w.contains("refs/refs/pr/1: left out, there is no snapshot of " + SECOND))
        .anyMatch(w -> w.contains("refs/cut: left out, it does not hold a commit"))
        .anyMatch(w -> w.contains("refs/long: left out, it cannot be read"))
        .anyMatch(w -> w.contains("refs/back\\slash: left out, it holds a backslash"))
        .anyMatch(w -> w.contains("snapshots/.DS_Store: left out"))
        .anyMatch(w -> w.contains("snapshots/tmp123: left out"));
    Path back = restored().resolve("models--a--m");
    assertThat(back.resolve("refs/main")).hasContent(FIRST);
    assertThat(back.resolve("refs").toFile().list()).containsExactly("main");
    assertThat(back.resolve("snapshots/" + FIRST + "/config.json")).hasBinaryContent(config);
    assertThat(back.resolve("blobs").toFile().list()).hasSize(1);
    assertThat(back.resolve(".no_exist")).doesNotExist();
  }

  @Test
  void aBlobUnderAHeldLockWaitsForTheNextRun() throws IOException, InterruptedException {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/flock")), "SKIPPED, no flock");
    blob("m", FIRST, "config.json", text("{}"));
    Path blob = blob("m", FIRST, "model.safetensors", weights(1, 3000));
    ref("m", "main", FIRST);
    Path lock = write(cache.resolve(".locks/models--m/" + blob.getFileName() + ".lock"), "");
    Process holder =
        new ProcessBuilder("flock", "-x", lock.toString(), "sh", "-c", "echo held; exec sleep 600")
            .start();
    Called first;
    try {
      assertThat(holder.inputReader().readLine()).isEqualTo("held");
      first = compress();
    } finally {
      holder.descendants().forEach(ProcessHandle::destroy);
      holder.destroy();
      assertThat(holder.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(first.code()).as(first.err() + first.out()).isZero();
    assertThat(first.document().path("models").path(0).path("files").asInt()).isEqualTo(1);
    assertThat(texts(first.document().path("warnings")))
        .anyMatch(w -> w.contains("m: model.safetensors: left out, it is being downloaded"));

    Called second = compress();
    assertThat(second.document().path("models").path(0).path("files").asInt()).isEqualTo(2);
    assertThat(store.resolve("models/m/" + FIRST + "/2.json")).exists();
    assertThat(restored().resolve("models--m/snapshots/" + FIRST + "/model.safetensors"))
        .hasBinaryContent(weights(1, 3000));
  }

  @Test
  void aSnapshotThatFillsLazilyGainsFilesAndNeverLosesAny() throws IOException {
    blob("m", FIRST, "config.json", text("{}"));
    ref("m", "main", FIRST);
    assertThat(compress().code()).isZero();
    blob("m", FIRST, "model.safetensors", weights(1, 3000));
    Called second = compress();
    assertThat(second.code()).as(second.out()).isZero();
    assertThat(store.resolve("models/m/" + FIRST + "/2.json")).exists();

    // The client's own clean-up takes a file away, another one comes.
    Files.delete(model("m").resolve("snapshots/" + FIRST + "/config.json"));
    blob("m", FIRST, "vocab.txt", text("a\nb\n"));
    Called third = compress();
    assertThat(third.code()).as(third.out()).isZero();
    assertThat(store.resolve("models/m/" + FIRST + "/3.json")).exists();
    Path snapshot = restored().resolve("models--m/snapshots/" + FIRST);
    assertThat(snapshot.toFile().list())
        .containsExactlyInAnyOrder("config.json", "model.safetensors", "vocab.txt");
    assertThat(snapshot.resolve("config.json")).hasContent("{}");
  }

  @Test
  void copiesInsteadOfLinksComeBackAsBlobs() throws IOException {
    byte[] weights = weights(1, 300_000);
    for (String commit : List.of(FIRST, SECOND)) {
      write(model("m").resolve("snapshots/" + commit + "/config.json"), "{\"at\":" + commit + "}");
      write(model("m").resolve("snapshots/" + commit + "/sub/model.safetensors"), weights);
    }
    ref("m", "main", SECOND);

    Called called = compress();

    assertThat(called.code()).as(called.err() + called.out()).isZero();
    assertThat(called.document().path("models")).hasSize(2);
    Path back = restored().resolve("models--m");
    assertThat(back.resolve("blobs").toFile().list()).hasSize(3).contains(sha(weights));
    Path link = back.resolve("snapshots/" + FIRST + "/sub/model.safetensors");
    assertThat(Files.readSymbolicLink(link)).hasToString("../../../blobs/" + sha(weights));
    assertThat(link).hasBinaryContent(weights);
  }

  private static String sha(byte[] bytes) {
    return SmallStore.sha256(bytes);
  }

  @Test
  void aBrokenBlobFailsItsModelAlone() throws IOException {
    blob("good", FIRST, "config.json", text("{}"));
    Path broken = blob("bad", FIRST, "model.safetensors", weights(1, 3000));
    byte[] bytes = weights(1, 3000);
    bytes[77] ^= 1;
    Files.write(broken, bytes);
    blob("gone", FIRST, "config.json", text("{ }"));
    Files.delete(blob("gone", FIRST, "vocab.txt", text("x")));
    Files.createDirectories(model("nothing").resolve("snapshots"));

    Called called = compress();

    assertThat(called.code()).isEqualTo(3);
    List<String> errors = new ArrayList<>();
    called
        .document()
        .path("models")
        .forEach(m -> errors.add(m.path("model").asText() + ": " + m.path("error").asText()));
    assertThat(errors)
        .anyMatch(e -> e.startsWith("bad: ") && e.contains("blob does not hold what its name says"))
        .anyMatch(e -> e.startsWith("gone: vocab.txt: the link leads nowhere"))
        .anyMatch(e -> e.startsWith("nothing: ") && e.contains("download it again"))
        .contains("good: ");
    assertThat(restored().toFile().list()).containsExactly("models--good");
  }
}
