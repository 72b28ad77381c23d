package dev.zoopress.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.jobs.SmallStore;
import dev.zoopress.jobs.TestSpark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects of a store that name others by path, or that are small and say that they are huge. */
final class HostileReferenceTest {
  private static final String COMMIT = "1".repeat(40);

  @TempDir Path dir;
  private Path store;

  @BeforeEach
  void fill() throws IOException {
    TestSpark.session();
    store = dir.resolve("store");
    for (Path root : new Path[] {store, dir.resolve("other")}) {
      try (SmallStore small = new SmallStore(root, 1 << 16)) {
        small.add("good", COMMIT, Map.of("config.json", new byte[] {1, 2, 3}));
        small.add("bad", COMMIT, Map.of("weights", new byte[5000]));
      }
    }
  }

  private static Path only(Path folder, String text) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(f -> Files.isRegularFile(f) && f.toString().contains(text))
          .findFirst()
          .orElseThrow();
    }
  }

  private static String manifest(String pointer) {
    Matcher id = Pattern.compile("\"manifest\"\\s*:\\s*\"([0-9a-f]{64})\"").matcher(pointer);
    assertThat(id.find()).as(pointer).isTrue();
    return id.group(1);
  }

  /** Seals as our writer does: whoever writes to a store can. */
  private static void seal(Path file, String body) throws IOException {
    String digest = SmallStore.sha256(body.getBytes(StandardCharsets.UTF_8));
    Files.writeString(file, "{\"sha256\":\"" + digest + "\",\"body\":" + body + "}\n");
  }

  /** A manifest is named by its digest only, so that none of another prefix can be meant. */
  @ParameterizedTest
  @ValueSource(strings = {"../../other/manifests/", "/", "s3a://elsewhere/manifests/", "..%2F"})
  void aPointerIntoAnotherPrefixIsDamage(String prefix) throws IOException {
    Path file = only(store.resolve("models/bad"), COMMIT + "/1.json");
    String text = Files.readString(file);
    String body = text.substring(text.indexOf("\"body\":") + 7, text.lastIndexOf("}"));
    String id = manifest(body);
    seal(file, body.replace(id, prefix + id.substring(0, 2) + "/" + id));

    Called called = Called.zoopress("restore", "--store", store, "--to", dir.resolve("back"));

    assertThat(called.code()).as(called.out() + called.err()).isEqualTo(4);
    assertThat(called.out() + called.err()).contains("bad").contains("not a pointer");
    assertThat(dir.resolve("back/good/config.json")).exists();
    assertThat(dir.resolve("back/bad")).doesNotExist();
  }

  /** 64 KiB that say, and hold, a quarter of a gigabyte. */
  @Test
  void aManifestThatIsABombIsDamage() throws IOException {
    byte[] bomb = com.github.luben.zstd.Zstd.compress(new byte[200 << 20], 1);
    assertThat(bomb.length).isLessThan(1 << 16);
    String id = SmallStore.sha256(bomb);
    Path file = only(store.resolve("models/bad"), COMMIT + "/1.json");
    String text = Files.readString(file);
    String body = text.substring(text.indexOf("\"body\":") + 7, text.lastIndexOf("}"));
    seal(file, body.replace(manifest(body), id));
    Path manifest = store.resolve("manifests/" + id.substring(0, 2) + "/" + id + ".json.zst");
    Files.createDirectories(manifest.getParent());
    Files.write(manifest, bomb);

    Called called = Called.zoopress("verify", "--store", store, "--full");

    assertThat(called.code()).as(called.out() + called.err()).isEqualTo(4);
    assertThat(called.out()).contains(id).contains("decompressed length 209715200");
  }
}
