package dev.zoopress.codec.pack;

import dev.zoopress.codec.Effort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * Writes the golden packs: {@code GoldenPacks FOLDER}. Only for files that are not there yet: what
 * is checked in was written by a released version and stays.
 */
final class GoldenPacks {
  private GoldenPacks() {}

  /** Files whose frames are of kinds that FORMAT.md specifies. */
  static Map<String, byte[]> files() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    byte[] noise = new byte[70_001];
    new Random(1).nextBytes(noise);
    files.put("raw", noise);
    files.put("constant", new byte[100_000]);
    files.put("empty", new byte[0]);
    return files;
  }

  public static void main(String[] args) throws IOException {
    for (Map.Entry<String, byte[]> file : files().entrySet()) {
      Path target = Path.of(args[0]).resolve(file.getKey() + ".zpk");
      if (!Files.exists(target)) {
        byte[] pack = PackSamples.pack(file.getKey(), file.getValue(), Effort.FAST, 1);
        Files.write(target, pack);
      }
    }
  }
}
