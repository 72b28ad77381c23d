package dev.zoopress.eval.compare;

import dev.zoopress.eval.model.ModelFiles;
import dev.zoopress.eval.onnx.SessionSettings;
import dev.zoopress.eval.task.Answer;
import dev.zoopress.eval.task.Example;
import dev.zoopress.eval.task.TaskKind;
import dev.zoopress.eval.task.TaskSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Fills masks with one model alone, as the pipeline of {@code transformers} does. */
public final class FillMask {
  private FillMask() {}

  /** Per text one answer per mask; no answer for a text without a mask. */
  public static List<List<Answer>> answers(ModelFiles files, List<String> texts, int topK)
      throws IOException {
    List<Example> examples = new ArrayList<>();
    List<List<Answer>> answers = new ArrayList<>();
    for (String text : texts) {
      examples.add(new Example(examples.size(), text, "", Double.NaN, TaskKind.FILL_MASK));
      answers.add(List.of());
    }
    TaskSettings settings = new TaskSettings(topK, List.of(), 8, Map.of());
    try (Side side = Side.open(files, TaskKind.FILL_MASK.head(), new SessionSettings(1))) {
      for (ExampleOutcome outcome :
          new Lockstep(side, side, TaskKind.FILL_MASK, settings).run(examples).outcomes()) {
        answers.set(outcome.example().index(), outcome.answersA());
      }
    }
    return answers;
  }
}
