package dev.zoopress.eval.compare;

import dev.zoopress.eval.task.TaskKind;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One task of one model.
 *
 * @param skipped why the task was not run, or empty
 * @param metricsA metrics of the original by Hugging Face's names; {@code metricsB} of the stored
 * @param warnings such as doubtful labels
 */
public record TaskResult(
    TaskKind kind,
    String skipped,
    List<ExampleOutcome> outcomes,
    List<String> refused,
    int malformedRows,
    Map<String, Double> metricsA,
    Map<String, Double> metricsB,
    double secondsA,
    double secondsB,
    List<String> warnings)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  public TaskResult {
    outcomes = List.copyOf(outcomes);
    refused = List.copyOf(refused);
    metricsA = new TreeMap<>(metricsA);
    metricsB = new TreeMap<>(metricsB);
    warnings = List.copyOf(warnings);
  }

  /** A task that does not apply. */
  public static TaskResult skipped(TaskKind kind, String why) {
    return new TaskResult(kind, why, List.of(), List.of(), 0, Map.of(), Map.of(), 0, 0, List.of());
  }

  public long truncated() {
    return outcomes.stream().filter(ExampleOutcome::truncated).count();
  }

  public long nonFinite() {
    return outcomes.stream().mapToLong(ExampleOutcome::nonFinite).sum();
  }

  /** Largest difference over all examples. */
  public Difference difference() {
    return outcomes.stream()
        .map(ExampleOutcome::difference)
        .reduce(Difference.NONE, Difference::and);
  }
}
