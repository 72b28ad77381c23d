package dev.zoopress.eval.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zoopress.eval.Fixtures;
import dev.zoopress.eval.WeightsFile;
import dev.zoopress.eval.model.FolderFiles;
import dev.zoopress.eval.onnx.SessionSettings;
import dev.zoopress.eval.task.TaskKind;
import dev.zoopress.eval.task.TaskSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The fixture's weights in the layouts of other families: the same weights at the same places must
 * give the same bits, and those of the fixture are anchored to transformers.
 */
class FamiliesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path temporary;
  private Path model;

  @BeforeEach
  void copy() throws IOException {
    model = Fixtures.copy(Fixtures.sapiens(), temporary.resolve("model"));
  }

  private static List<String> bits(Path folder, TaskKind kind) throws IOException {
    try (Side side = Side.open(FolderFiles.of(folder), kind.head(), new SessionSettings(1))) {
      ShardResult result =
          new Lockstep(side, side, kind, TaskSettings.standard())
              .run(Fixtures.texts(kind, List.of(VerdictTest.TEXT, "<mask>VQL")));
      assertThat(result.refused()).isEmpty();
      return result.outcomes().stream().map(ExampleOutcome::logitsA).toList();
    }
  }

  private void config(Consumer<ObjectNode> change) throws IOException {
    Path file = model.resolve("config.json");
    ObjectNode json = (ObjectNode) JSON.readTree(Files.readString(file));
    change.accept(json);
    Files.writeString(file, json.toString());
  }

  private void weights(Consumer<Map<String, WeightsFile.Tensor>> change) throws IOException {
    Path file = model.resolve("model.safetensors");
    WeightsFile weights = WeightsFile.read(file);
    change.accept(weights.tensors());
    weights.write(file);
  }

  private static void rename(Map<String, WeightsFile.Tensor> tensors, Map<String, String> names) {
    Map<String, WeightsFile.Tensor> renamed = new TreeMap<>();
    tensors.forEach(
        (name, tensor) -> {
          String other = name;
          for (Map.Entry<String, String> e : names.entrySet()) {
            other = other.replace(e.getKey(), e.getValue());
          }
          renamed.put(other, tensor);
        });
    tensors.clear();
    tensors.putAll(renamed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"camembert", "xlm-roberta"})
  void sistersOfRobertaAreRobertas(String type) throws IOException {
    List<String> expected = bits(Fixtures.sapiens(), TaskKind.FILL_MASK);
    String name = type.equals("camembert") ? "CamembertForMaskedLM" : "XLMRobertaForMaskedLM";
    config(json -> json.put("model_type", type).putArray("architectures").add(name));
    assertThat(bits(model, TaskKind.FILL_MASK)).isEqualTo(expected);
    assertThat(bits(model, TaskKind.FEATURES))
        .isEqualTo(bits(Fixtures.sapiens(), TaskKind.FEATURES));
  }

  @Test
  void bertCountsPositionsFromZeroAndNamesItsHeadOtherwise() throws IOException {
    config(
        json ->
            json.put("model_type", "bert")
                .put("max_position_embeddings", json.path("max_position_embeddings").asInt() - 2)
                .putArray("architectures")
                .add("BertForMaskedLM"));
    weights(
        tensors -> {
          tensors.computeIfPresent(
              "roberta.embeddings.position_embeddings.weight", (n, t) -> t.withoutRows(2));
          rename(
              tensors,
              Map.of(
                  "roberta.", "bert.",
                  "lm_head.dense", "cls.predictions.transform.dense",
                  "lm_head.layer_norm", "cls.predictions.transform.LayerNorm",
                  "lm_head.bias", "cls.predictions.bias",
                  "lm_head.decoder", "cls.predictions.decoder"));
        });
    assertThat(bits(model, TaskKind.FILL_MASK))
        .isEqualTo(bits(Fixtures.sapiens(), TaskKind.FILL_MASK));
  }

  @Test
  void checkpointWithoutPrefixAndWithOldNamesOfNormsIsFound() throws IOException {
    weights(
        tensors ->
            rename(
                tensors,
                Map.of(
                    "roberta.", "",
                    "LayerNorm.weight", "LayerNorm.gamma",
                    "LayerNorm.bias", "LayerNorm.beta")));
    assertThat(bits(model, TaskKind.FEATURES))
        .isEqualTo(bits(Fixtures.sapiens(), TaskKind.FEATURES));
  }

  @Test
  void sixteenBitsAreWidenedExactly() throws IOException {
    weights(tensors -> tensors.replaceAll((name, tensor) -> tensor.cut("F32")));
    List<String> wide = bits(model, TaskKind.FILL_MASK);
    weights(tensors -> tensors.replaceAll((name, tensor) -> tensor.cut("BF16")));
    assertThat(bits(model, TaskKind.FILL_MASK)).isEqualTo(wide);
    assertThat(wide).isNotEqualTo(bits(Fixtures.sapiens(), TaskKind.FILL_MASK));
  }
}
