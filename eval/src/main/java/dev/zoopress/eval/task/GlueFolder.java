package dev.zoopress.eval.task;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.zoopress.eval.model.UnusableModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads the development sets of a GLUE folder: tab-separated UTF-8 with or without a byte order
 * mark, quotes taken literally. Rows that do not fit are left out and counted.
 */
public final class GlueFolder {
  private record Columns(
      List<String> files, int text, int other, int label, boolean hasHeader, int least) {}

  private static final Map<TaskKind, Columns> COLUMNS = new TreeMap<>();

  static {
    COLUMNS.put(
        TaskKind.COLA,
        new Columns(
            List.of("CoLA/dev.tsv", "CoLA/in_domain_dev.tsv+CoLA/out_of_domain_dev.tsv"),
            3,
            -1,
            1,
            false,
            4));
    COLUMNS.put(TaskKind.SST2, new Columns(List.of("SST-2/dev.tsv"), 0, -1, 1, true, 2));
    COLUMNS.put(TaskKind.MRPC, new Columns(List.of("MRPC/dev.tsv"), 3, 4, 0, true, 5));
    COLUMNS.put(TaskKind.QQP, new Columns(List.of("QQP/dev.tsv"), 3, 4, 5, true, 6));
    COLUMNS.put(TaskKind.STSB, new Columns(List.of("STS-B/dev.tsv"), 7, 8, 9, true, 10));
    COLUMNS.put(TaskKind.MNLI, new Columns(List.of("MNLI/dev_matched.tsv"), 8, 9, -1, true, 11));
    COLUMNS.put(
        TaskKind.MNLI_MM, new Columns(List.of("MNLI/dev_mismatched.tsv"), 8, 9, -1, true, 11));
    COLUMNS.put(TaskKind.QNLI, new Columns(List.of("QNLI/dev.tsv"), 1, 2, 3, true, 4));
    COLUMNS.put(TaskKind.RTE, new Columns(List.of("RTE/dev.tsv"), 1, 2, 3, true, 4));
    COLUMNS.put(TaskKind.WNLI, new Columns(List.of("WNLI/dev.tsv"), 1, 2, 3, true, 4));
  }

  /** Reads a file of the folder. */
  @FunctionalInterface
  public interface Files {
    /**
     * All bytes of a file, or empty where there is none.
     *
     * @param name relative to the folder, with '/'
     */
    Optional<byte[]> read(String name) throws IOException;
  }

  private final String folder;
  private final Files files;

  /**
   * A folder anywhere.
   *
   * @param folder what messages call it
   */
  public GlueFolder(String folder, Files files) {
    this.folder = folder;
    this.files = files;
  }

  /** A local folder. */
  public GlueFolder(Path folder) {
    this(
        folder.toString(),
        name -> {
          Path file = folder.resolve(name);
          return java.nio.file.Files.isRegularFile(file)
              ? Optional.of(java.nio.file.Files.readAllBytes(file))
              : Optional.empty();
        });
  }

  /**
   * The development set of {@code kind}, or empty where its file is missing.
   *
   * @throws UnusableModelException if the file is no UTF-8 or no JSON
   */
  public Optional<ExampleSet> read(TaskKind kind) throws IOException {
    if (kind == TaskKind.ADVGLUE) {
      return advGlue();
    }
    Columns columns = COLUMNS.get(kind);
    if (columns == null) {
      throw new IllegalArgumentException(kind + " is no GLUE task");
    }
    for (String choice : columns.files()) {
      List<String> texts = new ArrayList<>();
      String[] names = choice.split("\\+", -1);
      for (String name : names) {
        Optional<byte[]> bytes = files.read(name);
        if (bytes.isPresent()) {
          texts.add(text(folder + "/" + name, bytes.get()));
        }
      }
      if (texts.size() == names.length) {
        return Optional.of(read(kind, columns, texts));
      }
    }
    return Optional.empty();
  }

  private static ExampleSet read(TaskKind kind, Columns columns, List<String> texts) {
    List<Example> examples = new ArrayList<>();
    int malformed = 0;
    for (String text : texts) {
      String[] lines = text.split("\n", -1);
      String[] header = lines[0].strip().split("\t", -1);
      Columns here =
          kind == TaskKind.RTE || kind == TaskKind.QNLI ? renamed(columns, header) : columns;
      for (int i = here.hasHeader() ? 1 : 0; i < lines.length; i++) {
        String line =
            lines[i].endsWith("\r") ? lines[i].substring(0, lines[i].length() - 1) : lines[i];
        if (line.isEmpty() && i == lines.length - 1) {
          continue;
        }
        Example example = row(kind, here, line.split("\t", -1), examples.size());
        if (example == null) {
          malformed++;
        } else {
          examples.add(example);
        }
      }
    }
    return new ExampleSet(kind, examples, malformed, "");
  }

  /** Copies of these sets are around whose columns are in another order but have names. */
  private static Columns renamed(Columns columns, String[] header) {
    List<String> names = List.of(header);
    int label = names.indexOf("label");
    int text = Math.max(names.indexOf("sentence1"), names.indexOf("question"));
    int other = Math.max(names.indexOf("sentence2"), names.indexOf("sentence"));
    return label < 0 || text < 0 || other < 0
        ? columns
        : new Columns(columns.files(), text, other, label, true, header.length);
  }

  private static Example row(TaskKind kind, Columns columns, String[] cells, int index) {
    if (cells.length < columns.least()) {
      return null;
    }
    String text = cells[columns.text()];
    String other = columns.other() < 0 ? "" : cells[columns.other()];
    String cell = cells[columns.label() < 0 ? cells.length - 1 : columns.label()];
    double label = label(kind, cell.strip());
    boolean isWhole = !text.isBlank() && (columns.other() < 0 || !other.isBlank());
    return Double.isNaN(label) || !isWhole ? null : new Example(index, text, other, label, kind);
  }

  private static double label(TaskKind kind, String cell) {
    int named = kind.labels().indexOf(cell);
    if (named >= 0 && !kind.isRegression()) {
      return named;
    }
    try {
      double value = Double.parseDouble(cell);
      boolean fits =
          kind.isRegression()
              ? value >= 0 && value <= 5
              : value == Math.rint(value) && value >= 0 && value < kind.labels().size();
      return fits ? value : Double.NaN;
    } catch (NumberFormatException malformed) {
      return Double.NaN;
    }
  }

  private static String text(String path, byte[] bytes) throws UnusableModelException {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes))
              .toString();
      return text.startsWith("\ufeff") ? text.substring(1) : text;
    } catch (java.nio.charset.CharacterCodingException e) {
      throw new UnusableModelException(path + ": not UTF-8; give the official GLUE file", e);
    }
  }

  private Optional<ExampleSet> advGlue() throws IOException {
    Optional<byte[]> bytes = files.read("AdvGLUE/dev_ann.json");
    bytes = bytes.isPresent() ? bytes : files.read("dev_ann.json");
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    String path = folder + "/dev_ann.json";
    JsonNode json;
    try {
      json = new ObjectMapper().readTree(text(path, bytes.get()));
    } catch (JacksonException e) {
      throw new UnusableModelException(path + ": not JSON: " + e.getOriginalMessage(), e);
    }
    List<Example> examples = new ArrayList<>();
    int malformed = 0;
    for (Map.Entry<String, JsonNode> task : json.properties()) {
      Optional<TaskKind> kind = TaskKind.of(task.getKey());
      for (JsonNode row : task.getValue()) {
        Example example = kind.map(k -> advRow(k, row, examples.size())).orElse(null);
        if (example == null) {
          malformed++;
        } else {
          examples.add(example);
        }
      }
    }
    return Optional.of(new ExampleSet(TaskKind.ADVGLUE, examples, malformed, ""));
  }

  private static Example advRow(TaskKind kind, JsonNode row, int index) {
    String[] names =
        switch (kind) {
          case SST2, COLA -> new String[] {"sentence", ""};
          case QQP -> new String[] {"question1", "question2"};
          case QNLI -> new String[] {"question", "sentence"};
          case MNLI, MNLI_MM -> new String[] {"premise", "hypothesis"};
          default -> new String[] {"sentence1", "sentence2"};
        };
    String text = row.path(names[0]).asText("");
    String other = names[1].isEmpty() ? "" : row.path(names[1]).asText("");
    double label = label(kind, row.path("label").asText(""));
    boolean isWhole = !text.isBlank() && (names[1].isEmpty() || !other.isBlank());
    return Double.isNaN(label) || !isWhole ? null : new Example(index, text, other, label, kind);
  }
}
