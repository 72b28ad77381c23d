package dev.zoopress.eval.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.zoopress.eval.Fixtures;
import dev.zoopress.eval.model.FolderFiles;
import dev.zoopress.eval.model.Head;
import dev.zoopress.eval.model.UnusableModelException;
import dev.zoopress.eval.onnx.SessionSettings;
import dev.zoopress.eval.task.Answer;
import dev.zoopress.eval.task.LabelMap;
import dev.zoopress.eval.task.TaskKind;
import dev.zoopress.eval.task.TaskSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Filled masks and perplexities, held against what they are defined as. */
class AnswersTest {
  private static final String SEQUENCE = "EVQLVESGG";

  private Side side;

  @BeforeEach
  void open() throws IOException {
    side = Side.open(FolderFiles.of(Fixtures.sapiens()), Head.MASKED_LM, new SessionSettings(1));
  }

  @AfterEach
  void close() throws IOException {
    side.close();
  }

  private ShardResult run(TaskKind kind, TaskSettings settings, String... texts)
      throws IOException {
    return new Lockstep(side, side, kind, settings).run(Fixtures.texts(kind, List.of(texts)));
  }

  private List<Answer> masks(int topK, List<String> targets, String text) throws IOException {
    return run(TaskKind.FILL_MASK, new TaskSettings(topK, targets, 8, Map.of()), text)
        .outcomes()
        .get(0)
        .answersA();
  }

  @Test
  void wholeVocabularySumsToOneAndTopIsItsBeginning() throws IOException {
    Answer all = masks(1000, List.of(), "EVQ<mask>V").get(0);
    assertThat(all.ids()).hasSize(25).doesNotHaveDuplicates();
    assertThat(all.scores().stream().mapToDouble(s -> s).sum()).isCloseTo(1, within(1e-12));
    assertThat(masks(3, List.of(), "EVQ<mask>V").get(0).ids()).isEqualTo(all.ids().subList(0, 3));
  }

  @Test
  void targetsAreNotRenormalised() throws IOException {
    Answer all = masks(25, List.of(), "EVQ<mask>V").get(0);
    Answer two = masks(5, List.of("A", "L"), "EVQ<mask>V").get(0);
    assertThat(two.tokens()).containsExactlyInAnyOrder("A", "L");
    for (int i = 0; i < 2; i++) {
      int at = all.ids().indexOf(two.ids().get(i));
      assertThat(two.scores().get(i)).isEqualTo(all.scores().get(at));
    }
    assertThat(two.scores().get(0)).isGreaterThan(two.scores().get(1));
    assertThatThrownBy(() -> masks(5, List.of(""), "EVQ<mask>V"))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("none of the targets");
  }

  @Test
  void severalMasksGiveAListEach() throws IOException {
    List<Answer> masks = masks(5, List.of(), "<mask>VQ<mask>V");
    assertThat(masks).hasSize(2);
    // The other mask stays in the sequence, as the pipeline leaves it.
    assertThat(masks.get(0).sequences().get(0)).contains("<mask>").startsWith("<s>");
    assertThat(masks.get(1).sequences().get(0)).contains("<mask>");
    assertThat(masks(5, List.of(), "EVQ<mask>V").get(0).sequences().get(0)).doesNotContain("<");
  }

  @Test
  void pseudoPerplexityIsTheMeanOfMaskingEachToken() throws IOException {
    List<ExampleOutcome> outcomes =
        run(TaskKind.PSEUDO_PERPLEXITY, TaskSettings.standard(), SEQUENCE).outcomes();
    double sum = 0;
    for (int i = 0; i < SEQUENCE.length(); i++) {
      String text = SEQUENCE.substring(0, i) + "<mask>" + SEQUENCE.substring(i + 1);
      Answer all = masks(25, List.of(), text).get(0);
      int token = all.tokens().indexOf(SEQUENCE.substring(i, i + 1));
      sum += Math.log(all.scores().get(token));
    }
    double perplexity =
        TaskMetrics.of(
                TaskKind.PSEUDO_PERPLEXITY,
                outcomes,
                ExampleOutcome::answersA,
                new LabelMap(List.of(), ""))
            .get("pseudo_perplexity");
    assertThat(perplexity).isCloseTo(Math.exp(-sum / SEQUENCE.length()), within(1e-4));
    assertThat(perplexity).isBetween(1.0, 25.0);
  }

  @Test
  void longTextsRunInSmallerBatchesWithTheSameBits() throws IOException {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      texts.add("<mask>" + SEQUENCE.repeat(i == 0 ? 1 : 14 + i % 2));
    }
    TaskSettings one = new TaskSettings(5, List.of(), 1, Map.of());
    TaskSettings many = new TaskSettings(5, List.of(), 8, Map.of());
    String[] all = texts.toArray(String[]::new);
    assertThat(run(TaskKind.FILL_MASK, many, all).outcomes())
        .isEqualTo(run(TaskKind.FILL_MASK, one, all).outcomes());
  }
}
