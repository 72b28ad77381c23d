package dev.zoopress.jobs.cli;

import static dev.zoopress.jobs.compress.SmallZoo.safetensors;
import static dev.zoopress.jobs.compress.SmallZoo.tensors;
import static dev.zoopress.jobs.compress.SmallZoo.weights;
import static dev.zoopress.jobs.compress.SmallZoo.write;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zoopress.jobs.SmallStore;
import dev.zoopress.jobs.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ZipNN files in a source: exact, and the same chunks as the plain model's. */
final class ZipnnSourceTest {
  @TempDir Path dir;
  private Path zoo;
  private Path store;
  private Path plain;

  @BeforeEach
  void paths() throws IOException {
    TestSpark.session();
    zoo = dir.resolve("zoo");
    store = dir.resolve("store");
    plain =
        write(
            zoo.resolve("a/plain/model.safetensors"),
            safetensors(tensors("a", weights(1, 600_000), "b", weights(2, 70_000))));
  }

  @Test
  void twinsOfAPlainModelCostNextToNothing() throws IOException {
    long alone = compress("alone");
    Path twins = Files.createDirectories(zoo.resolve("a/twins"));
    export("-o", twins.resolve("model.znn.safetensors"));
    export("-o", twins.resolve("bare.znn.safetensors"), "--as-the-package");
    export(
        "-o", twins.resolve("whole.safetensors.znn"), "--file-compression", "--dtype", "float32");
    export("-o", twins.resolve("slices.safetensors.znn"), "--file-compression", "--streaming");
    asInACache(plain.resolveSibling("model.safetensors"));

    long all = compress("store");

    assertThat(all - alone).isLessThan(alone / 50);
    JsonNode verified =
        Called.json("verify", "--store", store, "--full", "--against", zoo).document();
    assertThat(verified.get("exitCode").asInt()).as(verified.toString()).isZero();
    Path back = dir.resolve("back");
    assertThat(Called.json("restore", "--store", store, "--to", back).code()).isZero();
    assertThat(content(back)).isEqualTo(content(zoo));
    JsonNode listed = Called.json("ls", "--store", store, "a/twins").document();
    assertThat(listed.toString()).contains("zipnn+safetensors");
  }

  /** What the package's options make that nobody's encoder need repeat stays as it is. */
  @Test
  void filesThatWeWouldNotMakeAgainAreKept() throws IOException {
    Path twin = zoo.resolve("a/twin/model.znn.safetensors");
    Files.createDirectories(twin.getParent());
    export("-o", twin);
    byte[] bytes = Files.readAllBytes(twin);
    for (int i = bytes.length / 2; i < bytes.length; i += 5000) {
      bytes[i] ^= 4;
    }
    Files.write(twin, bytes);
    Files.write(twin.resolveSibling("cut.safetensors.znn"), java.util.Arrays.copyOf(bytes, 70_000));
    compress("store");
    Path back = dir.resolve("back");
    assertThat(Called.json("restore", "--store", store, "--to", back).code()).isZero();
    assertThat(content(back)).isEqualTo(content(zoo));
  }

  /** A snapshot of a cache, in which ZipNN files are blobs without endings. */
  private void asInACache(Path file) throws IOException {
    Path model = dir.resolve("hub/models--a--c");
    byte[] bytes = Files.readAllBytes(file);
    Path blob = write(model.resolve("blobs/" + SmallStore.sha256(bytes)), bytes);
    Path snapshot = Files.createDirectories(model.resolve("snapshots/" + "1".repeat(40)));
    Files.createSymbolicLink(snapshot.resolve("model.safetensors"), snapshot.relativize(blob));
    write(model.resolve("refs/main"), "1".repeat(40));
    Called converted =
        Called.json(
            "zipnn", "compress", "--model", "a/c", "--cache-dir", dir.resolve("hub"), "--delete");
    assertThat(converted.code()).as(converted.err()).isZero();
    assertThat(snapshot.resolve("model.znn.safetensors")).exists();
    Path own = dir.resolve("cachestore");
    assertThat(compressed(zoo, own)).isPositive();
    long before = size(own);
    compressed(dir.resolve("hub"), own);
    assertThat(size(own) - before).isLessThan(before / 50);
    Path back = dir.resolve("hubback");
    Called restored =
        Called.json("restore", "a/c", "--store", own, "--to", back, "--layout", "hf-cache");
    assertThat(restored.code()).as(restored.err()).isZero();
    assertThat(
            Files.readAllBytes(
                back.resolve(
                    "models--a--c/snapshots/" + "1".repeat(40) + "/model.znn.safetensors")))
        .isEqualTo(Files.readAllBytes(snapshot.resolve("model.znn.safetensors")));
  }

  private void export(Object... options) {
    Object[] all = new Object[options.length + 3];
    all[0] = "zipnn";
    all[1] = "export";
    all[2] = plain;
    System.arraycopy(options, 0, all, 3, options.length);
    Called called = Called.zoopress(all);
    assertThat(called.code()).as(called.err()).isZero();
  }

  private long compress(String name) throws IOException {
    store = dir.resolve(name);
    return compressed(zoo, store);
  }

  private static long compressed(Path source, Path store) throws IOException {
    Called called = Called.json("compress", source, "--store", store, "--effort", "fast");
    assertThat(called.code()).as(called.err() + called.out()).isZero();
    return size(store);
  }

  private static long size(Path store) throws IOException {
    try (Stream<Path> files = Files.walk(store.resolve("packs"))) {
      return files.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
    }
  }

  private static Map<String, String> content(Path root) throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        content.put(root.relativize(file).toString(), SmallStore.sha256(Files.readAllBytes(file)));
      }
    }
    return content;
  }
}
