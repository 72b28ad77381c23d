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
 * @param failed whether that is because something is wrong with the model
 * @param counts sums over all examples, also where only some outcomes are kept
 * @param outcomes in the order of the examples
 * @param metricsA metrics of the original by Hugging Face's names; {@code metricsB} of the stored
 * @param labels GLUE's class by the model's; empty where there are none
 * @param warnings such as doubtful labels
 */
public record TaskResult(
    TaskKind kind,
    String skipped,
    boolean failed,
    Counts counts,
    List<ExampleOutcome> outcomes,
    List<String> refused,
    int malformedRows,
    Map<String, Double> metricsA,
    Map<String, Double> metricsB,
    double secondsA,
    double secondsB,
    List<Integer> labels,
    List<String> warnings)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * Sums over examples.
   *
   * @param unsteady examples on which the original differed from itself
   * @param nonFinite output values that are NaN or infinite
   * @param difference largest over all examples
   */
  public record Counts(
      long examples,
      long tokens,
      long truncated,
      long unsteady,
      long nonFinite,
      Difference difference)
      implements Serializable {
    private static final long serialVersionUID = 1L;
    static final Counts NONE = new Counts(0, 0, 0, 0, 0, Difference.NONE);

    static Counts of(List<ExampleOutcome> outcomes) {
      return new Counts(
          outcomes.size(),
          outcomes.stream().mapToLong(ExampleOutcome::tokens).sum(),
          outcomes.stream().filter(ExampleOutcome::truncated).count(),
          outcomes.stream().filter(o -> !o.repeats()).count(),
          outcomes.stream().mapToLong(ExampleOutcome::nonFinite).sum(),
          outcomes.stream()
              .map(ExampleOutcome::difference)
              .reduce(Difference.NONE, Difference::and));
    }
  }

  public TaskResult {
    outcomes = List.copyOf(outcomes);
    refused = List.copyOf(refused);
    metricsA = new TreeMap<>(metricsA);
    metricsB = new TreeMap<>(metricsB);
    labels = List.copyOf(labels);
    warnings = List.copyOf(warnings);
  }

  /** A task that does not apply. */
  public static TaskResult skipped(TaskKind kind, String why) {
    return notRun(kind, why, false);
  }

  /** A task that applies but cannot be run on this model. */
  static TaskResult failed(TaskKind kind, String why) {
    return notRun(kind, why, true);
  }

  private static TaskResult notRun(TaskKind kind, String why, boolean failed) {
    return new TaskResult(
        kind,
        why,
        failed,
        Counts.NONE,
        List.of(),
        List.of(),
        0,
        Map.of(),
        Map.of(),
        0,
        0,
        List.of(),
        List.of());
  }

  TaskResult withFewOutcomes(int most) {
    return outcomes.size() <= most
        ? this
        : new TaskResult(
            kind,
            skipped,
            failed,
            counts,
            outcomes.subList(0, most),
            refused,
            malformedRows,
            metricsA,
            metricsB,
            secondsA,
            secondsB,
            labels,
            warnings);
  }

  public long examples() {
    return counts.examples();
  }

  /** GLUE's class for a class of the model. */
  public int glueClass(int own) {
    return own < labels.size() ? labels.get(own) : own;
  }

  public boolean wasRun() {
    return skipped.isEmpty();
  }
}
