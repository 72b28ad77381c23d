package dev.zoopress.jobs.evaluate;

import dev.zoopress.eval.compare.ModelResult;
import java.util.List;

/**
 * What came of an evaluation.
 *
 * @param models in order of name, with a few outcomes each
 * @param notes what people should know
 * @param memory the budget in words
 * @param report where the HTML report lies, or empty
 */
public record EvaluateResult(
    List<ModelResult> models, List<String> notes, String memory, String report) {
  public EvaluateResult {
    models = List.copyOf(models);
    notes = List.copyOf(notes);
  }
}
