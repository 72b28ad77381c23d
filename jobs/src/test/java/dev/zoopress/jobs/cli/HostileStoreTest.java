package dev.zoopress.jobs.cli;

import static dev.zoopress.jobs.compress.SmallZoo.weights;
import static dev.zoopress.jobs.compress.SmallZoo.write;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.codec.manifest.ManifestFormat;
import dev.zoopress.jobs.SmallStore;
import dev.zoopress.jobs.TestSpark;
import dev.zoopress.jobs.serve.HubServer;
import dev.zoopress.jobs.serve.Limits;
import dev.zoopress.jobs.serve.ServeJob;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Pointer;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.S3Server;
import dev.zoopress.jobs.store.Stores;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Stores that are damaged, newer, absent or out of reach: told by name, and nobody else suffers.
 */
final class HostileStoreTest {
  private static final String COMMIT = "1".repeat(40);

  @TempDir Path dir;
  private Path store;
  private final byte[] good = weights(1, 20_000);
  private final byte[] bad = weights(2, 20_000);
  private String badManifest;

  @BeforeEach
  void fill() throws IOException {
    TestSpark.session();
    store = dir.resolve("store");
    try (SmallStore small = new SmallStore(store, 1 << 16)) {
      small.add("org/good", COMMIT, Map.of("model.bin", good));
      badManifest = small.add("bad", COMMIT, Map.of("model.bin", bad, "small.txt", new byte[9]));
    }
  }

  private Path object(String start) throws IOException {
    try (Stream<Path> all = Files.walk(store)) {
      return all.filter(Files::isRegularFile)
          .filter(p -> store.relativize(p).toString().startsWith(start))
          .findFirst()
          .orElseThrow();
    }
  }

  /** The pack of the bad model: the pack that holds its weights and not the other's. */
  private Path badPack() throws IOException {
    Manifest manifest = ManifestFormat.decode("m", Files.readAllBytes(manifest()));
    String pack = manifest.files().get(0).segments().get(0).chunks().get(0).location().pack();
    return object("packs/" + pack.substring(0, 2) + "/" + pack);
  }

  private Path manifest() throws IOException {
    return object("manifests/" + badManifest.substring(0, 2) + "/" + badManifest);
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 0x11;
    Files.write(file, bytes);
  }

  private static void cut(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 3));
  }

  private void damage(String what) throws IOException {
    switch (what) {
      case "pack changed" -> flip(badPack());
      case "pack cut" -> cut(badPack());
      case "pack gone" -> Files.delete(badPack());
      case "manifest changed" -> flip(manifest());
      case "manifest cut" -> cut(manifest());
      case "manifest gone" -> Files.delete(manifest());
      case "pointer changed" -> flip(store.resolve("models/bad/" + COMMIT + "/1.json"));
      case "pointer cut" -> cut(store.resolve("models/bad/" + COMMIT + "/1.json"));
      case "pointer empty" ->
          Files.write(store.resolve("models/bad/" + COMMIT + "/1.json"), new byte[0]);
      case "ref changed" -> flip(store.resolve("models/bad/refs/main/1.json"));
      case "ref cut" -> cut(store.resolve("models/bad/refs/main/1.json"));
      default -> throw new IllegalArgumentException(what);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pack changed",
        "pack cut",
        "pack gone",
        "manifest changed",
        "manifest cut",
        "manifest gone",
        "pointer changed",
        "pointer cut",
        "pointer empty",
        "ref changed",
        "ref cut"
      })
  void damageCostsItsModelAlone(String what) throws IOException {
    damage(what);
    Path back = dir.resolve("back");

    Called called = Called.zoopress("restore", "--store", store, "--to", back);

    assertThat(called.code()).as(called.err() + called.out()).isEqualTo(4);
    String object =
        what.startsWith("pack") ? "packs/" : what.startsWith("m") ? "manifests/" : "models/";
    assertThat(called.out().lines().filter(l -> l.startsWith("DAMAGED bad: ")))
        .isNotEmpty()
        .allMatch(l -> l.contains(object))
        .allMatch(l -> what.endsWith("gone") || l.contains("at byte"));
    assertThat(back.resolve("org/good/model.bin")).hasBinaryContent(good);
    assertThat(back.resolve("bad/model.bin")).doesNotExist();
    try (Stream<Path> left = Files.list(back)) {
      assertThat(left.map(p -> p.getFileName().toString())).doesNotContain(".zoopress");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"manifest changed", "manifest gone", "pointer cut", "ref changed"})
  void aServedStoreShowsWhatIsSound(String what) throws IOException, InterruptedException {
    damage(what);
    try (ObjectStore objects = Stores.open(store.toString(), new Configuration());
        HubServer server =
            new ServeJob(
                    Repository.open(objects),
                    new HubServer.Address("127.0.0.1", 0, "", null),
                    Limits.of(2, 1 << 28))
                .execute()) {
      String at = "http://127.0.0.1:" + server.port();
      for (String listing : List.of("/", "/api/models")) {
        HttpResponse<String> page = get(at + listing);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("org/good").doesNotContain("\"bad\"", ">bad<");
      }
      assertThat(get(at + "/org/good/resolve/main/model.bin").statusCode()).isEqualTo(200);
      HttpResponse<String> broken = get(at + "/bad/resolve/main/model.bin");
      assertThat(broken.statusCode()).isEqualTo(500);
      assertThat(broken.body()).contains(what.startsWith("m") ? "manifests/" : "models/bad/");
    }
  }

  private static HttpResponse<String> get(String uri) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString());
  }

  /** What cannot be read may need any of them. */
  @ParameterizedTest
  @ValueSource(strings = {"manifest changed", "pointer cut", "pointer empty", "run"})
  void gcRemovesNothingFromADamagedStore(String what) throws IOException {
    if (what.equals("run")) {
      write(store.resolve("runs/other/decision.json"), "{}");
    } else {
      damage(what);
    }
    Set<Path> before = packsAndManifests();

    Called called = Called.zoopress("gc", "--store", store, "--grace", "PT0S");

    assertThat(called.code()).as(called.out()).isEqualTo(4);
    assertThat(called.err())
        .contains(what.equals("run") ? "runs/other/" : what.startsWith("m") ? badManifest : "bad/")
        .contains("damaged at byte");
    assertThat(packsAndManifests()).isEqualTo(before);
  }

  private Set<Path> packsAndManifests() throws IOException {
    try (Stream<Path> packs = Files.walk(store.resolve("packs"));
        Stream<Path> manifests = Files.walk(store.resolve("manifests"))) {
      return Stream.concat(packs, manifests).collect(Collectors.toSet());
    }
  }

  @Test
  void aNewerStoreIsLeftAlone() throws IOException {
    Path root = store.resolve("zoopress.json");
    String text = Files.readString(root);
    String body = text.substring(text.indexOf("\"body\":") + 7, text.length() - 2);
    String newer = body.replace("\"version\":1", "\"version\":2");
    String sha256 = SmallStore.sha256(newer.getBytes(StandardCharsets.UTF_8));
    Files.writeString(root, "{\"sha256\":\"" + sha256 + "\",\"body\":" + newer + "}\n");
    write(dir.resolve("zoo/m/config.json"), "{}");
    for (Called called :
        List.of(
            Called.zoopress("restore", "--store", store, "--to", dir.resolve("back")),
            Called.zoopress("compress", dir.resolve("zoo"), "--store", store))) {
      assertThat(called.code()).isEqualTo(1);
      assertThat(called.err())
          .contains("zoopress.json is version 2, this build reads 1 to 1: use a newer zoopress")
          .hasLineCount(1);
    }
    assertThat(store.resolve("models/m")).doesNotExist();
    assertThat(dir.resolve("back/org")).doesNotExist();
  }

  @Test
  void aNewerManifestCostsItsModelAlone() throws IOException {
    byte[] json = Zstd.decompress(ManifestFormat.encode(new Manifest(List.of())));
    String text =
        new String(json, StandardCharsets.UTF_8).replace("\"version\":1", "\"version\":9");
    byte[] newer = Zstd.compress(text.getBytes(StandardCharsets.UTF_8));
    String id = ManifestFormat.id(newer);
    write(store.resolve("manifests/" + id.substring(0, 2) + "/" + id + ".json.zst"), newer);
    try (SmallStore small = new SmallStore(store, 1 << 16)) {
      small.repository().publish(new Pointer("newer", COMMIT, 1, id, 0, 0));
    }

    Called called = Called.zoopress("restore", "--store", store, "--to", dir.resolve("back"));

    assertThat(called.code()).as(called.err() + called.out()).isEqualTo(3);
    assertThat(called.out())
        .contains("NOT WRITTEN newer: manifests/")
        .contains("version 9")
        .contains("use a newer zoopress");
    assertThat(dir.resolve("back/bad/model.bin")).hasBinaryContent(bad);
  }

  @Test
  void whatIsNoStoreIsSaidSo() throws IOException {
    Path folder = Files.createDirectory(dir.resolve("folder"));
    Called called = Called.zoopress("restore", "--store", folder, "--to", dir.resolve("back"));
    assertThat(called.code()).isEqualTo(10);
    assertThat(called.err()).contains(folder.toString());
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void compressReportsADamagedPointerAndStoresTheOthers() throws IOException {
    Path zoo = dir.resolve("zoo");
    for (String model : List.of("a", "b")) {
      write(zoo.resolve(model).resolve("config.json"), "{}");
      write(zoo.resolve(model).resolve("model.bin"), weights(model.hashCode(), 30_000));
    }
    Path fresh = dir.resolve("fresh");
    assertThat(Called.zoopress("compress", zoo, "--store", fresh).code()).isZero();
    store = fresh;
    String first = Called.json("restore", "a", "--store", fresh, "--to", dir.resolve("b")).out();
    String revision = first.replaceAll("(?s).*\"revision\" : \"([0-9a-f]{40})\".*", "$1");
    flip(fresh.resolve("models/a/" + revision + "/1.json"));
    // Another run's records are no reason to stop.
    for (String object : List.of("decision.json", "lease/1.json")) {
      write(fresh.resolve("runs/other-" + object.length()).resolve(object), "{}");
    }
    write(zoo.resolve("b/config.json"), "{ }");
    flip(object("index/"));

    Called called = Called.json("compress", zoo, "--store", fresh);

    assertThat(called.code()).as(called.err() + called.out()).isEqualTo(3);
    List<String> rows = new ArrayList<>();
    called
        .document()
        .path("models")
        .forEach(m -> rows.add(m.path("model").asText() + ": " + m.path("error").asText()));
    assertThat(rows)
        .hasSize(2)
        .contains("b: ")
        .anyMatch(r -> r.startsWith("a: models/a/") && r.contains("damaged at byte"));
  }

  @Test
  void aStoreThatCannotBeReachedIsSaidSo() throws IOException {
    try (S3Server server = S3Server.start(Files.createDirectory(dir.resolve("s3")))) {
      server.bucket("zoo-bucket");
      write(dir.resolve("zoo/m/config.json"), "{}");
      List<String> conf = new ArrayList<>();
      server
          .hadoopConf()
          .getPropsWithPrefix("fs.s3a.")
          .forEach(
              (key, value) -> {
                if (key.matches(
                    "(endpoint|path|connection.ssl|access|secret|aws.cred|bucket.pr|retry|attempts|impl).*")) {
                  conf.addAll(List.of("--conf", "spark.hadoop.fs.s3a." + key + "=" + value));
                }
              });
      assertThat(s3("s3a://zoo-bucket/store", conf, "ok").code()).isZero();

      Called noBucket = s3("s3a://no-such-bucket/store", conf, "ok");
      assertThat(noBucket.code()).isEqualTo(1);
      assertThat(noBucket.err()).contains("no such bucket; create it");

      List<String> wrong = new ArrayList<>(conf);
      wrong.addAll(List.of("--conf", "spark.hadoop.fs.s3a.secret.key=not-the-secret-key"));
      Called denied = s3("s3a://zoo-bucket/other", wrong, "denied");
      assertThat(denied.code()).isEqualTo(1);
      assertThat(denied.err()).contains("credentials").doesNotContain("not-the-secret-key");

      List<String> gone = new ArrayList<>(conf);
      gone.addAll(List.of("--conf", "spark.hadoop.fs.s3a.endpoint=http://127.0.0.1:1"));
      Called unreachable = s3("s3a://zoo-bucket/store", gone, "gone");
      assertThat(unreachable.code()).isEqualTo(1);
      assertThat(unreachable.err()).contains("cannot be reached; check endpoint");
    } catch (IOException e) {
      Assumptions.assumeFalse(
          String.valueOf(e.getMessage()).contains("S3 server did not start"), "SKIPPED: " + e);
      throw e;
    }
  }

  private Called s3(String uri, List<String> conf, String run) {
    List<Object> all = new ArrayList<>(List.of("compress", dir.resolve("zoo"), "--store", uri));
    all.addAll(conf);
    all.addAll(List.of("--run-id", run + System.nanoTime()));
    Called called = Called.zoopress(all.toArray());
    assertThat(called.err()).doesNotContain("\tat ");
    return called;
  }
}
