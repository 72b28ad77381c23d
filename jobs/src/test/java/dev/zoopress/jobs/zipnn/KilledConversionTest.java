package dev.zoopress.jobs.zipnn;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.tensor.DType;
import dev.zoopress.codec.zipnn.ZipnnSafetensors.Extra;
import dev.zoopress.codec.zipnn.ZipnnStream.Cut;
import dev.zoopress.codec.zipnn.ZipnnTensors.Plain;
import dev.zoopress.jobs.compress.SmallZoo;
import dev.zoopress.jobs.zipnn.Conversion.Direction;
import dev.zoopress.jobs.zipnn.Conversion.Form;
import dev.zoopress.jobs.zipnn.InPlaceJob.Flag;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills conversions with {@code --delete} of a cached model again and again, wherever they are:
 * what the weight index names is there and whole after each. {@code -Dzoopress.zipnn.kills=N} for
 * longer.
 */
final class KilledConversionTest {
  private static final int SHARDS = 4;

  @TempDir Path temp;

  /** Converts there and back until it is killed; says when it starts. */
  static final class Endless {
    private Endless() {}

    public static void main(String[] args) throws IOException {
      Path snapshot = Path.of(args[0]);
      System.out.println("started");
      while (true) {
        convert(snapshot, Direction.COMPRESS);
        convert(snapshot, Direction.DECOMPRESS);
      }
    }
  }

  static void convert(Path snapshot, Direction direction) throws IOException {
    Conversion conversion =
        new Conversion(
            direction,
            Form.TENSORS,
            direction == Direction.COMPRESS ? ".safetensors" : "",
            DType.BF16,
            Cut.WHOLE,
            direction == Direction.COMPRESS ? Extra.ORIGINAL : Extra.NONE,
            Plain.KEEP,
            null);
    InPlaceResult result = new InPlaceJob(snapshot, conversion, Set.of(Flag.DELETE)).execute();
    result.files().stream()
        .filter(f -> f.status() == InPlaceResult.Status.FAILED)
        .forEach(
            f -> {
              throw new IllegalStateException(f.path() + ": " + f.remark());
            });
  }

  @Test
  void whatTheIndexNamesIsAlwaysThere() throws IOException, InterruptedException {
    long seed = 20261125;
    Random random = new Random(seed);
    Path snapshot = cache();
    Map<String, String> original = files(snapshot);
    convert(snapshot, Direction.COMPRESS);
    Map<String, String> coded = files(snapshot);
    convert(snapshot, Direction.DECOMPRESS);
    assertThat(files(snapshot)).isEqualTo(original);
    Map<String, String> known = new TreeMap<>(original);
    coded.forEach(known::putIfAbsent);

    Set<String> states = new HashSet<>();
    int kills = Integer.getInteger("zoopress.zipnn.kills", 12);
    for (int i = 0; i < kills; i++) {
      Process process =
          new ProcessBuilder(
                  ProcessHandle.current().info().command().orElse("java"),
                  "-Xshare:auto",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Endless.class.getName(),
                  snapshot.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        assertThat(process.getInputStream().read()).as("it starts").isEqualTo('s');
        TimeUnit.MILLISECONDS.sleep(50 + random.nextInt(500));
        assertThat(process.isAlive()).as("it runs, seed %d, kill %d", seed, i).isTrue();
      } finally {
        process.destroyForcibly().waitFor();
      }
      states.add(check(snapshot, known, "seed %d, kill %d".formatted(seed, i)));
    }
    System.out.println(kills + " kills, " + states.size() + " different states");
    convert(snapshot, Direction.COMPRESS);
    convert(snapshot, Direction.DECOMPRESS);
    assertThat(files(snapshot)).isEqualTo(original);
    try (Stream<Path> blobs = Files.list(snapshot.resolve("../../blobs"))) {
      assertThat(blobs).hasSize(SHARDS + 1);
    }
  }

  /** Every file that the index names holds one of the two right contents; returns what there is. */
  private static String check(Path snapshot, Map<String, String> known, String when)
      throws IOException {
    JsonNode index =
        new ObjectMapper().readTree(snapshot.resolve("model.safetensors.index.json").toFile());
    Set<String> named = new HashSet<>();
    index.get("weight_map").forEach(name -> named.add(name.asText()));
    assertThat(named).as(when).hasSize(SHARDS);
    for (String name : named) {
      Path file = snapshot.resolve(name);
      assertThat(file).as(when).exists();
      assertThat(Digests.sha256Hex(Files.readAllBytes(file)))
          .as("%s: %s", when, name)
          .isEqualTo(known.get(name));
    }
    return files(snapshot).keySet() + " " + named;
  }

  /** Names and digests of what the snapshot shows. */
  private static Map<String, String> files(Path snapshot) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> found = Files.list(snapshot)) {
      for (Path file : found.filter(f -> !f.toString().contains("zoopress-tmp")).toList()) {
        files.put(file.getFileName().toString(), Digests.sha256Hex(Files.readAllBytes(file)));
      }
    }
    return files;
  }

  private Path cache() throws IOException {
    Path model = temp.resolve("models--org--name");
    Path snapshot = Files.createDirectories(model.resolve("snapshots/" + "c".repeat(40)));
    StringBuilder map = new StringBuilder();
    for (int i = 1; i <= SHARDS; i++) {
      String name = "model-%05d-of-%05d.safetensors".formatted(i, SHARDS);
      map.append(i == 1 ? "" : ", ").append("\"w" + i + "\": \"" + name + "\"");
      blob(
          snapshot,
          name,
          SmallZoo.safetensors(SmallZoo.tensors("w" + i, SmallZoo.weights(i, 100_000))));
    }
    blob(
        snapshot,
        "model.safetensors.index.json",
        ("{\"weight_map\": {" + map + "}}\n").getBytes(StandardCharsets.UTF_8));
    return snapshot;
  }

  private static void blob(Path snapshot, String name, byte[] content) throws IOException {
    Path blob = snapshot.resolve("../../blobs/" + Digests.sha256Hex(content)).normalize();
    SmallZoo.write(blob, content);
    Files.createSymbolicLink(snapshot.resolve(name), snapshot.relativize(blob));
  }
}
