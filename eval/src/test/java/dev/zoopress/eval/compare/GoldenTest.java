package dev.zoopress.eval.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.zoopress.eval.Fixtures;
import dev.zoopress.eval.model.FolderFiles;
import dev.zoopress.eval.onnx.SessionSettings;
import dev.zoopress.eval.task.Answer;
import dev.zoopress.eval.task.TaskKind;
import dev.zoopress.eval.task.TaskSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of transformers, recorded beside the models, anchor the graphs. */
class GoldenTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void antibodyModelAnswersAsTransformersDoes() throws IOException {
    Path golden = Path.of("src/test/resources/models/sapiens-vh-golden.json");
    check(Fixtures.sapiens(), JSON.readTree(golden.toFile()));
  }

  @Test
  void antibodyModelAnswersAsItsAuthorsPrinted() throws IOException {
    Path golden = Path.of("src/test/resources/models/sapiens-vh-golden.json");
    JsonNode published = JSON.readTree(golden.toFile()).path("published");
    TaskSettings settings = new TaskSettings(25, List.of(), 8, Map.of());
    List<Answer> masks =
        run(Fixtures.sapiens(), List.of(published.path("text").asText()), settings)
            .outcomes()
            .get(0)
            .answersA();
    // Five positions are printed; masks stand at 0, 1 and 5.
    assertThat(masks).hasSize(3);
    int[] maskedPositions = {0, 1};
    for (int m = 0; m < 2; m++) {
      JsonNode scores = published.path("scores").get(maskedPositions[m]);
      for (int t = 0; t < scores.size(); t++) {
        int at = masks.get(m).ids().indexOf(published.path("token_ids").get(t).asInt());
        assertThat(masks.get(m).scores().get(at)).isCloseTo(scores.get(t).asDouble(), within(2e-5));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "google/bert-base-uncased-roberta",
        "google/bert-base-uncased-roberta-bf16",
        "google/bert-base-uncased-roberta-fp16",
        "google/bert-base-cased-roberta",
        "merck/sapiens-vl"
      })
  void zooAnswersAsTransformersDoes(String model) throws IOException {
    String given = System.getProperty("zoopress.zoo", System.getenv("ZOOPRESS_ZOO"));
    assumeTrue(given != null, "set ZOOPRESS_ZOO to the folder of the built zoo");
    Path golden = Fixtures.shared().resolve("zoo/golden/" + model.replace("/", "--") + ".json");
    Path folder = Path.of(given).resolve(model);
    assumeTrue(Files.exists(golden) && Files.isDirectory(folder), "not there: " + golden);
    check(folder, JSON.readTree(golden.toFile()));
  }

  private static void check(Path folder, JsonNode golden) throws IOException {
    List<String> texts = new ArrayList<>();
    golden.path("fill_mask").forEach(f -> texts.add(f.path("text").asText()));
    ShardResult result = run(folder, texts, TaskSettings.standard());
    assertThat(result.refused()).isEmpty();
    assertThat(result.outcomes()).hasSize(texts.size());
    for (int i = 0; i < texts.size(); i++) {
      ExampleOutcome outcome = result.outcomes().get(i);
      JsonNode top = golden.path("fill_mask").get(i).path("top5");
      Answer answer = outcome.answersA().get(0);
      for (int k = 0; k < top.size(); k++) {
        double expected = top.get(k).path("score").asDouble();
        assertThat(answer.scores().get(k)).as(texts.get(i)).isCloseTo(expected, within(1e-3));
        assertThat(answer.ids().get(k)).as(texts.get(i)).isEqualTo(top.get(k).path("id").asInt());
      }
      assertThat(outcome.sameBits()).isTrue();
      assertThat(outcome.repeats()).isTrue();
    }
  }

  private static ShardResult run(Path folder, List<String> texts, TaskSettings settings)
      throws IOException {
    FolderFiles files = FolderFiles.of(folder);
    SessionSettings session = new SessionSettings(1);
    try (Side a = Side.open(files, TaskKind.FILL_MASK.head(), session);
        Side b = Side.open(files, TaskKind.FILL_MASK.head(), session)) {
      return new Lockstep(a, b, TaskKind.FILL_MASK, settings)
          .run(Fixtures.texts(TaskKind.FILL_MASK, texts));
    }
  }
}
