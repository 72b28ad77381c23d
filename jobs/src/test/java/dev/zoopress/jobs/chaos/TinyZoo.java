package dev.zoopress.jobs.chaos;

import dev.zoopress.jobs.SmallStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Models of two tensors each, out of a handful, so that they share chunks and old ones come back.
 */
final class TinyZoo {
  private static final int TENSORS = 5;
  private final Path folder;
  private final Random random;

  TinyZoo(Path folder, Random random) {
    this.folder = folder;
    this.random = random;
  }

  Path folder() {
    return folder;
  }

  /** Writes one model anew. */
  void write(String model) throws IOException {
    write(model, random.nextInt(3), random.nextInt(TENSORS), random.nextInt(TENSORS));
  }

  /** Writes one model anew, with these of the tensors. */
  void write(String model, int state, int first, int second) throws IOException {
    Path home = Files.createDirectories(folder.resolve(model));
    Files.writeString(home.resolve("config.json"), "{\"state\": " + state + "}");
    Files.write(home.resolve("model.safetensors"), safetensors(first, second));
  }

  private static byte[] safetensors(int first, int second) {
    byte[] a = tensor(first);
    byte[] b = tensor(second);
    String header =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]},"
                .formatted(a.length / 4, a.length)
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[%d,%d]}}"
                .formatted(b.length / 4, a.length, a.length + b.length);
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + json.length + a.length + b.length).order(ByteOrder.LITTLE_ENDIAN);
    return file.putLong(json.length).put(json).put(a).put(b).array();
  }

  /**
   * Of at least 64 KiB, so that it has a hint and may be found in the store; the last two are
   * fine-tunes of the first.
   */
  private static byte[] tensor(int seed) {
    boolean tuned = seed >= TENSORS - 2;
    Random random = new Random(tuned ? 0 : seed);
    Random noise = new Random(seed);
    int count = 17_000 + (tuned ? 0 : seed);
    ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      double value = random.nextGaussian() * 0.02;
      bytes.putFloat((float) (tuned ? value + noise.nextGaussian() * 0.00001 : value));
    }
    return bytes.array();
  }

  /** The digest of every file, by model. */
  Map<String, Map<String, String>> digests() throws IOException {
    Map<String, Map<String, String>> models = new TreeMap<>();
    try (var homes = Files.list(folder)) {
      for (Path home : homes.toList()) {
        Map<String, String> files = new TreeMap<>();
        try (var list = Files.list(home)) {
          for (Path file : list.toList()) {
            files.put(file.getFileName().toString(), SmallStore.sha256(Files.readAllBytes(file)));
          }
        }
        models.put(home.getFileName().toString(), files);
      }
    }
    return models;
  }
}
