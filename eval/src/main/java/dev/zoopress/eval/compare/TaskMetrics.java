package dev.zoopress.eval.compare;

import dev.zoopress.eval.metric.Metrics;
import dev.zoopress.eval.task.Answer;
import dev.zoopress.eval.task.LabelMap;
import dev.zoopress.eval.task.TaskKind;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Metrics of one side of a task, under the names of Hugging Face's evaluate. */
public final class TaskMetrics {
  private TaskMetrics() {}

  /**
   * The metrics of one side.
   *
   * @param side picks the side's answers
   * @param labels the model's classes in GLUE's order; null for tasks without classes
   */
  public static Map<String, Double> of(
      TaskKind kind,
      List<ExampleOutcome> outcomes,
      Function<ExampleOutcome, List<Answer>> side,
      LabelMap labels) {
    Map<String, Double> metrics = new TreeMap<>();
    if (outcomes.isEmpty()) {
      return metrics;
    }
    switch (kind) {
      case FILL_MASK, FEATURES -> {}
      case PSEUDO_PERPLEXITY -> metrics.put("pseudo_perplexity", perplexity(outcomes, side));
      case STSB -> {
        double[] predicted =
            outcomes.stream().mapToDouble(o -> side.apply(o).get(0).scores().get(0)).toArray();
        double[] expected = outcomes.stream().mapToDouble(o -> o.example().label()).toArray();
        metrics.put("pearson", Metrics.pearson(predicted, expected));
        metrics.put("spearmanr", Metrics.spearman(predicted, expected));
      }
      default -> {
        int[] predicted =
            outcomes.stream()
                .mapToInt(o -> labels.toGlue().get(side.apply(o).get(0).ids().get(0)))
                .toArray();
        int[] expected = outcomes.stream().mapToInt(o -> (int) o.example().label()).toArray();
        metrics.put("accuracy", Metrics.accuracy(predicted, expected));
        if (kind == TaskKind.COLA) {
          metrics.put("matthews_correlation", Metrics.matthews(predicted, expected));
        } else if (kind == TaskKind.MRPC || kind == TaskKind.QQP) {
          metrics.put("f1", Metrics.f1(predicted, expected));
        }
      }
    }
    return metrics;
  }

  private static double perplexity(
      List<ExampleOutcome> outcomes, Function<ExampleOutcome, List<Answer>> side) {
    double sum = 0;
    long tokens = 0;
    for (ExampleOutcome outcome : outcomes) {
      for (Answer answer : side.apply(outcome)) {
        sum += answer.scores().get(0);
        tokens += answer.ids().get(0);
      }
    }
    return Math.exp(-sum / tokens);
  }
}
