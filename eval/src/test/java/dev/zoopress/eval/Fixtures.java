package dev.zoopress.eval;

import dev.zoopress.eval.task.Example;
import dev.zoopress.eval.task.TaskKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Folders that tests read. */
public final class Fixtures {
  private Fixtures() {}

  /** A masked language model of 0.57 million parameters, see its LICENSE. */
  public static Path sapiens() {
    return Path.of("src/test/resources/models/sapiens-vh").toAbsolutePath();
  }

  /** Reference material beside the repository; may be absent. */
  public static Path shared() {
    String given = System.getProperty("zoopress.shared", System.getenv("ZOOPRESS_SHARED"));
    return Path.of(given == null ? "../../shared" : given).toAbsolutePath().normalize();
  }

  public static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
    return to;
  }

  public static List<Example> texts(TaskKind kind, List<String> texts) {
    List<Example> examples = new ArrayList<>();
    for (String text : texts) {
      examples.add(new Example(examples.size(), text, "", Double.NaN, kind));
    }
    return examples;
  }
}
