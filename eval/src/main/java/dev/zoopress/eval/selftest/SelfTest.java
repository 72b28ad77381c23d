package dev.zoopress.eval.selftest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.zoopress.eval.compare.FillMask;
import dev.zoopress.eval.model.FolderFiles;
import dev.zoopress.eval.model.Head;
import dev.zoopress.eval.model.UnusableModelException;
import dev.zoopress.eval.onnx.EncoderSession;
import dev.zoopress.eval.onnx.SessionSettings;
import dev.zoopress.eval.onnx.TokenBatch;
import dev.zoopress.eval.task.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Runs models whose answers are published and compares: filled masks of roberta-base, and the
 * slices of hidden states and logits that {@code transformers} tests itself with.
 */
public final class SelfTest {
  /** Scores across runtimes and machines. */
  private static final double SCORE_TOLERANCE = 1e-3;

  /** As {@code torch.allclose} with the tolerance of the published test. */
  private static final double SLICE_ABSOLUTE = 1e-4;

  private static final double SLICE_RELATIVE = 1e-5;

  /** One published value or list of values. */
  public record Check(String model, String name, boolean passed, String detail) {}

  /**
   * All checks of the models that were found.
   *
   * @param missing what to download to where for those that were not
   */
  public record Result(List<Check> checks, List<String> missing) {
    public boolean passed() {
      return !checks.isEmpty() && checks.stream().allMatch(Check::passed);
    }
  }

  private final JsonNode known;
  private final List<Check> checks = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();

  private SelfTest(JsonNode known) {
    this.known = known;
  }

  /**
   * Checks the models in {@code folder}: it is a model's own folder, or holds such folders under
   * their names.
   */
  public static Result run(Path folder) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(SelfTest.class.getResourceAsStream("known-answers.json"))) {
      return run(folder, new ObjectMapper().readTree(in));
    }
  }

  static Result run(Path folder, JsonNode known) throws IOException {
    SelfTest test = new SelfTest(known);
    for (JsonNode model : known.path("models")) {
      test.model(folder, model);
    }
    return new Result(List.copyOf(test.checks), List.copyOf(test.missing));
  }

  private void model(Path folder, JsonNode model) throws IOException {
    String name = model.path("name").asText();
    Path found = find(folder, name, model);
    if (found == null) {
      missing.add(
          name
              + ": not in "
              + folder
              + "; download it with 'hf download "
              + model.path("source").asText()
              + " --local-dir "
              + folder.resolve(name)
              + "' (config.json, model.safetensors or pytorch_model.bin, tokenizer files)");
      return;
    }
    try {
      fillMask(name, found, model.path("fill_mask"));
      for (JsonNode slice : model.path("slices")) {
        slice(name, found, slice);
      }
    } catch (UnusableModelException e) {
      checks.add(new Check(name, "can be run", false, e.getMessage()));
    }
  }

  /** The folder itself is taken for the model whose shape its configuration has. */
  private static Path find(Path folder, String name, JsonNode model) throws IOException {
    for (Path path : List.of(folder.resolve(name), folder.resolve(model.path("source").asText()))) {
      if (Files.isRegularFile(path.resolve("config.json"))) {
        return path;
      }
    }
    Path config = folder.resolve("config.json");
    if (!Files.isRegularFile(config)) {
      return null;
    }
    JsonNode json = new ObjectMapper().readTree(Files.readAllBytes(config));
    JsonNode wanted = model.path("config");
    boolean same =
        wanted.properties().stream().allMatch(e -> e.getValue().equals(json.path(e.getKey())));
    return same ? folder : null;
  }

  private void fillMask(String name, Path folder, JsonNode texts) throws IOException {
    List<String> asked = new ArrayList<>();
    texts.forEach(t -> asked.add(t.path("text").asText()));
    if (asked.isEmpty()) {
      return;
    }
    List<List<Answer>> answers = FillMask.answers(FolderFiles.of(folder), asked, 5);
    for (int i = 0; i < asked.size(); i++) {
      List<Answer> masks = answers.get(i);
      if (masks.isEmpty()) {
        checks.add(new Check(name, asked.get(i), false, "no mask was found in it"));
        continue;
      }
      Answer answer = masks.get(0);
      JsonNode top = texts.get(i).path("top");
      boolean passed = true;
      StringBuilder detail = new StringBuilder();
      for (int rank = 0; rank < top.size(); rank++) {
        int id = top.get(rank).path("id").asInt();
        double score = top.get(rank).path("score").asDouble();
        passed &=
            answer.ids().get(rank) == id
                && Math.abs(answer.scores().get(rank) - score) <= SCORE_TOLERANCE;
        detail.append(
            String.format(
                Locale.ROOT,
                "%s%d %.5f (known: %d %.5f)",
                rank == 0 ? "" : ", ",
                answer.ids().get(rank),
                answer.scores().get(rank),
                id,
                score));
      }
      checks.add(new Check(name, asked.get(i), passed, detail.toString()));
    }
  }

  private void slice(String name, Path folder, JsonNode slice) throws IOException {
    Head head = Head.valueOf(slice.path("head").asText());
    long[] ids =
        IntStream.range(0, known.path("ids").size())
            .mapToLong(i -> known.path("ids").get(i).asLong())
            .toArray();
    float[][] got;
    try (EncoderSession session =
        EncoderSession.open(FolderFiles.of(folder), head, new SessionSettings(1))) {
      int[] positions =
          head == Head.CLASSIFICATION ? new int[0] : IntStream.range(0, ids.length).toArray();
      TokenBatch batch =
          TokenBatch.of(
              List.of(ids),
              List.of(new long[ids.length]),
              head == Head.CLASSIFICATION ? List.of() : List.of(positions),
              session.config().padTokenId());
      String output = head == Head.FEATURES ? "hidden" : "logits";
      FloatBuffer values =
          session.run(batch).get(output).order(java.nio.ByteOrder.nativeOrder()).asFloatBuffer();
      int rows = head == Head.CLASSIFICATION ? 1 : ids.length;
      int width = values.remaining() / rows;
      JsonNode expected = slice.path("values");
      got = new float[expected.size()][];
      for (int r = 0; r < got.length; r++) {
        got[r] = new float[expected.get(r).size()];
        for (int c = 0; c < got[r].length; c++) {
          got[r][c] = values.get(r * width + c);
        }
      }
    }
    double worst = 0;
    boolean passed = true;
    for (int r = 0; r < got.length; r++) {
      for (int c = 0; c < got[r].length; c++) {
        double wanted = slice.path("values").get(r).get(c).asDouble();
        double gap = Math.abs(got[r][c] - wanted);
        // Written so that NaN fails.
        passed &= gap <= SLICE_ABSOLUTE + SLICE_RELATIVE * Math.abs(wanted);
        worst = Math.max(worst, gap);
      }
    }
    checks.add(
        new Check(
            name,
            slice.path("name").asText(),
            passed,
            String.format(Locale.ROOT, "largest gap %.6f", worst)));
  }
}
