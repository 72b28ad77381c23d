package dev.zoopress.eval.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.eval.model.FolderFiles;
import dev.zoopress.eval.task.TaskKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a configuration says about the tasks that a model can answer. */
class TaskChoiceTest {
  private static final List<TaskKind> ALL = List.of(TaskKind.values());

  @TempDir Path folder;

  private TaskChoice choose(String config) throws IOException {
    Files.writeString(folder.resolve("config.json"), config);
    Files.write(folder.resolve("model.safetensors"), new byte[0]);
    return TaskChoice.of(FolderFiles.of(folder), ALL);
  }

  private static String classifier(String more) {
    return "{\"model_type\": \"roberta\", \"architectures\": [\"RobertaForSequenceClassification\"]"
        + more
        + "}";
  }

  @Test
  void headDecides() throws IOException {
    assertThat(
            choose("{\"model_type\": \"roberta\", \"architectures\": [\"RobertaForMaskedLM\"]}")
                .run())
        .containsExactly(TaskKind.FILL_MASK, TaskKind.PSEUDO_PERPLEXITY, TaskKind.FEATURES);
    assertThat(choose("{\"model_type\": \"bert\", \"architectures\": [\"BertModel\"]}").run())
        .containsExactly(TaskKind.FEATURES);
  }

  @Test
  void taskThatItWasTrainedForDecidesAmongClassifiers() throws IOException {
    assertThat(choose(classifier(", \"num_labels\": 3, \"finetuning_task\": \"mnli\"")).run())
        .containsExactly(TaskKind.FEATURES, TaskKind.MNLI, TaskKind.MNLI_MM, TaskKind.ADVGLUE);
    assertThat(choose(classifier(", \"num_labels\": 3")).run())
        .containsExactly(TaskKind.FEATURES, TaskKind.MNLI, TaskKind.MNLI_MM, TaskKind.ADVGLUE);
    assertThat(choose(classifier(", \"num_labels\": 1")).run())
        .containsExactly(TaskKind.FEATURES, TaskKind.STSB);
  }

  @Test
  void problemTypeOutranksTheNumberOfLabels() throws IOException {
    TaskChoice regression =
        choose(classifier(", \"num_labels\": 1, \"problem_type\": \"regression\""));
    assertThat(regression.run()).containsExactly(TaskKind.FEATURES, TaskKind.STSB);
    TaskChoice several =
        choose(classifier(", \"num_labels\": 2, \"problem_type\": \"multi_label_classification\""));
    assertThat(several.run()).containsExactly(TaskKind.FEATURES);
    assertThat(several.skipped().get(TaskKind.COLA))
        .isEqualTo(
            "problem_type is multi_label_classification, the task asks for"
                + " single_label_classification");
    TaskChoice single =
        choose(
            classifier(", \"num_labels\": 2, \"problem_type\": \"single_label_classification\""));
    assertThat(single.run()).contains(TaskKind.COLA, TaskKind.SST2).doesNotContain(TaskKind.STSB);
  }

  @Test
  void weightsAloneAreNoModel() throws IOException {
    Files.delete(Files.writeString(folder.resolve("config.json"), "{}"));
    Files.write(folder.resolve("model.safetensors"), new byte[0]);
    TaskChoice choice = TaskChoice.of(FolderFiles.of(folder), ALL);
    assertThat(choice.run()).isEmpty();
    assertThat(choice.skipped().get(TaskKind.COLA)).contains("no config.json");
  }
}
