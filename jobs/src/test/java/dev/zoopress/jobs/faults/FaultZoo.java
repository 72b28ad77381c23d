package dev.zoopress.jobs.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.Stream;

/** A zoo for runs with faults: what a source holds, and beside it models that change. */
final class FaultZoo {
  /** Changing models live below it; the names of models are "changing/a" and so on. */
  private static final String CHANGING = "changing";

  private static final int TURNED_BYTES = 4 << 20;
  private final Path folder;
  private final Path seed;
  private final Random random = new Random(8);

  /** Copies {@code source}; its largest file is what changing models are made of. */
  FaultZoo(Path source, Path folder) throws IOException {
    this.folder = folder;
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = folder.resolve(source.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
    try (Stream<Path> files = Files.walk(folder)) {
      seed =
          files
              .filter(Files::isRegularFile)
              .max(Comparator.comparingLong(p -> p.toFile().length()))
              .orElseThrow();
    }
  }

  Path folder() {
    return folder;
  }

  /** Writes a changing model anew, other bytes in a stretch of it, and returns its name. */
  String change(int number) throws IOException {
    String model = CHANGING + "/m" + number;
    byte[] bytes = Files.readAllBytes(seed);
    int length = Math.min(TURNED_BYTES, bytes.length / 2);
    int from = bytes.length / 4 + random.nextInt(bytes.length / 4);
    for (int at = from; at < from + length; at += 1 + random.nextInt(8)) {
      bytes[at] ^= (byte) random.nextInt(4);
    }
    Path home = Files.createDirectories(folder.resolve(model));
    Files.writeString(home.resolve("config.json"), "{\"change\": " + random.nextInt() + "}");
    Files.write(home.resolve(seed.getFileName()), bytes);
    return model;
  }

  /** Removes a changing model; false if it is not there. */
  boolean remove(int number) throws IOException {
    Path home = folder.resolve(CHANGING + "/m" + number);
    if (!Files.exists(home)) {
      return false;
    }
    clear(home);
    return true;
  }

  /** Removes a folder and all that is in it. */
  static void clear(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /** What is not the same in a restored tree: the first file that is missing or wrong, or null. */
  String different(Path back) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = back.resolve(folder.relativize(file).toString());
        if (!Files.exists(copy) || Files.mismatch(file, copy) >= 0) {
          return copy.toString();
        }
      }
    }
    return null;
  }

  /** Whether a file that lies in a restored tree has other bytes than its original. */
  boolean wrong(Path back) throws IOException {
    if (!Files.exists(back)) {
      return false;
    }
    try (Stream<Path> files = Files.walk(back)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path original = folder.resolve(back.relativize(file).toString());
        if (Files.exists(original) && Files.mismatch(file, original) >= 0) {
          return true;
        }
      }
    }
    return false;
  }
}
