package dev.zoopress.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zoopress.eval.model.FolderFiles;
import dev.zoopress.eval.model.ModelConfig;
import dev.zoopress.eval.model.UnusableModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelMapTest {
  @TempDir Path folder;

  private ModelConfig labelled(String... names) throws IOException {
    StringBuilder map = new StringBuilder();
    for (int i = 0; i < names.length; i++) {
      map.append(i == 0 ? "" : ", ").append("\"" + i + "\": \"" + names[i] + "\"");
    }
    Files.writeString(
        folder.resolve("config.json"),
        "{\"model_type\": \"roberta\", \"id2label\": {" + map + "}}");
    return ModelConfig.of(FolderFiles.of(folder));
  }

  @Test
  void namesDecideWhateverTheOrder() throws IOException {
    // As roberta-large-mnli has them.
    LabelMap map =
        LabelMap.of(labelled("CONTRADICTION", "NEUTRAL", "ENTAILMENT"), TaskKind.MNLI, Map.of());
    assertThat(map.toGlue()).containsExactly(2, 1, 0);
    assertThat(map.warning()).isEmpty();
    assertThat(
            LabelMap.of(labelled("Not Equivalent", "equivalent"), TaskKind.MRPC, Map.of()).toGlue())
        .containsExactly(0, 1);
  }

  @Test
  void namelessLabelsAreTakenInOrderWithAWarning() throws IOException {
    LabelMap map = LabelMap.of(labelled("LABEL_0", "LABEL_1"), TaskKind.SST2, Map.of());
    assertThat(map.toGlue()).containsExactly(0, 1);
    assertThat(map.warning()).contains("not named like GLUE's").contains("--label-map");
    assertThat(LabelMap.of(labelled("LABEL_0"), TaskKind.STSB, Map.of()).warning()).isEmpty();
  }

  @Test
  void givenMapOutranksTheConfiguration() throws IOException {
    Map<String, String> given = Map.of("label_0", "positive", "label_1", "negative");
    LabelMap map = LabelMap.of(labelled("LABEL_0", "LABEL_1"), TaskKind.SST2, given);
    assertThat(map.toGlue()).containsExactly(1, 0);
    assertThatThrownBy(
            () ->
                LabelMap.of(
                    labelled("LABEL_0", "LABEL_1"), TaskKind.SST2, Map.of("label_0", "good")))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("name every class once");
  }

  @Test
  void otherNumberOfClassesIsAnError() {
    assertThatThrownBy(() -> LabelMap.of(labelled("a", "b"), TaskKind.MNLI, Map.of()))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("the model has 2 labels, mnli has 3");
  }
}
