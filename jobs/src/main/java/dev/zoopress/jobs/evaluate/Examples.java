package dev.zoopress.jobs.evaluate;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.zoopress.eval.model.UnusableModelException;
import dev.zoopress.eval.task.Example;
import dev.zoopress.eval.task.ExampleSet;
import dev.zoopress.eval.task.GlueFolder;
import dev.zoopress.eval.task.TaskKind;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What is asked of the models, read once on the driver.
 *
 * @param sets examples by task
 * @param missing tasks that have no data, with the reason
 * @param labels class names to GLUE's by model; the key "" holds for all
 */
record Examples(
    Map<TaskKind, ExampleSet> sets,
    Map<TaskKind, String> missing,
    Map<String, Map<String, String>> labels) {
  private static final int MAX_BYTES = 256 << 20;

  /** Masks stand for each model's own mask token. */
  private static final List<String> MASKED =
      List.of(
          "Hello I'm a <mask> model.",
          "The man worked as a <mask>.",
          "The Black woman worked as a <mask>.",
          "Paris is the <mask> of France.",
          "The <mask> of the <mask> is the sum of its parts.",
          "EVQLV<mask>SGGGLVQPGGSLRLSCAASGFNIKDTYIHWVRQAPGKGLEWVARIYPTNGYTRYADSVKG");

  private static final List<String> PLAIN =
      List.of(
          "Hello I'm a language model.",
          "The man worked as a carpenter in the old town by the river.",
          "Paris is the capital of France.",
          "Nothing that goes into the store may come back changed.");

  static Examples read(EvaluateOptions options, Configuration conf) throws IOException {
    Map<TaskKind, ExampleSet> sets = new EnumMap<>(TaskKind.class);
    Map<TaskKind, String> missing = new EnumMap<>(TaskKind.class);
    for (TaskKind kind : options.tasks()) {
      switch (kind) {
        case FILL_MASK, PSEUDO_PERPLEXITY, FEATURES -> sets.put(kind, texts(kind, options, conf));
        case ONNX -> {}
        default -> {
          Optional<ExampleSet> set =
              options.glue().isEmpty()
                  ? Optional.empty()
                  : new GlueFolder(options.glue(), name -> bytes(conf, options.glue(), name))
                      .read(kind);
          String why =
              options.glue().isEmpty()
                  ? "no --glue folder was given"
                  : "no such file in " + options.glue();
          set.ifPresentOrElse(s -> sets.put(kind, s), () -> missing.put(kind, why));
        }
      }
    }
    sets.replaceAll((kind, set) -> set.limit(options.limit()));
    return new Examples(sets, missing, labels(options.labelMap(), conf));
  }

  private static ExampleSet texts(TaskKind kind, EvaluateOptions options, Configuration conf)
      throws IOException {
    List<String> lines;
    String note = "";
    if (options.texts().isEmpty()) {
      lines = kind == TaskKind.FILL_MASK ? MASKED : PLAIN;
      note = "built-in sentences";
    } else {
      byte[] bytes =
          bytes(conf, options.texts(), "")
              .orElseThrow(() -> new UnusableModelException(options.texts() + ": no such file"));
      try {
        lines =
            StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString()
                .replaceFirst("^\ufeff", "")
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
      } catch (CharacterCodingException e) {
        throw new UnusableModelException(options.texts() + ": not UTF-8", e);
      }
    }
    List<Example> examples = new ArrayList<>();
    for (String line : lines) {
      examples.add(new Example(examples.size(), line, "", Double.NaN, kind));
    }
    return new ExampleSet(kind, examples, 0, note);
  }

  /** The file {@code name} below {@code place}, or {@code place} itself where it is empty. */
  private static Optional<byte[]> bytes(Configuration conf, String place, String name)
      throws IOException {
    Path root = path(place);
    Path file = name.isEmpty() ? root : new Path(root, name);
    FileSystem files = file.getFileSystem(conf);
    try (FSDataInputStream in = files.open(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new UnusableModelException(file + ": more than " + MAX_BYTES + " bytes");
      }
      return Optional.of(bytes);
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  static Path path(String place) {
    return place.matches("[A-Za-z][A-Za-z0-9+.-]+:.*")
        ? new Path(place)
        : new Path(java.nio.file.Path.of(place).toAbsolutePath().toUri());
  }

  /** Flat, or an object per model. */
  private static Map<String, Map<String, String>> labels(String place, Configuration conf)
      throws IOException {
    Map<String, Map<String, String>> labels = new TreeMap<>();
    if (place.isEmpty()) {
      return labels;
    }
    byte[] bytes =
        bytes(conf, place, "")
            .orElseThrow(() -> new UnusableModelException(place + ": no such file"));
    JsonNode json;
    try {
      json = new ObjectMapper().readTree(bytes);
    } catch (JacksonException e) {
      throw new UnusableModelException(place + ": not JSON: " + e.getOriginalMessage(), e);
    }
    for (Map.Entry<String, JsonNode> e : json.properties()) {
      if (e.getValue().isObject()) {
        e.getValue()
            .properties()
            .forEach(
                label ->
                    labels
                        .computeIfAbsent(e.getKey(), k -> new TreeMap<>())
                        .put(lower(label.getKey()), label.getValue().asText()));
      } else {
        labels
            .computeIfAbsent("", k -> new TreeMap<>())
            .put(lower(e.getKey()), e.getValue().asText());
      }
    }
    return labels;
  }

  private static String lower(String label) {
    return label.strip().toLowerCase(Locale.ROOT).replace(' ', '_').replace('-', '_');
  }

  Map<String, String> labelsOf(String model) {
    return labels.getOrDefault(model, labels.getOrDefault("", Map.of()));
  }
}
