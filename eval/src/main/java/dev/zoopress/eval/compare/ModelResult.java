package dev.zoopress.eval.compare;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that is known of one model after the comparison.
 *
 * @param error why nothing could be run, or empty
 * @param reasons why the verdict is not {@link Verdict#EQUAL}
 * @param restored SHA-256 by path of the stored side's files
 * @param facts words and numbers for people: types, tensors used, rows touched
 */
public record ModelResult(
    String model,
    String revision,
    Status status,
    String error,
    Verdict verdict,
    List<String> reasons,
    long sourceBytes,
    long storedBytes,
    List<LevelResult> levels,
    List<TaskResult> tasks,
    List<Guard> guards,
    List<NegativeControl> controls,
    SortedMap<String, String> restored,
    Map<String, String> facts)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  public ModelResult {
    reasons = List.copyOf(reasons);
    levels = List.copyOf(levels);
    tasks = List.copyOf(tasks);
    guards = List.copyOf(guards);
    controls = List.copyOf(controls);
    restored = new TreeMap<>(restored);
    facts = new LinkedHashMap<>(facts);
  }

  /** What became of the model; JSON shows it in lower case. */
  public enum Status {
    /** Compared; the verdict says how it ended. */
    EVALUATED,
    /** No task that was asked for applies; its bytes were compared all the same. */
    SKIPPED,
    /** Could not be evaluated; the error says why. */
    FAILED
  }

  /** A model that cannot even be looked at. */
  public static ModelResult failed(String model, String revision, String error) {
    return bare(model, revision, Status.FAILED, error, Verdict.NOT_RUN, error);
  }

  /** A model whose objects in the store are damaged, so that nothing can be read. */
  public static ModelResult damaged(String model, String revision, String error) {
    String reason = "the stored side is damaged: " + error;
    return bare(model, revision, Status.EVALUATED, "", Verdict.NOT_EQUAL, reason);
  }

  private static ModelResult bare(
      String model, String revision, Status status, String error, Verdict verdict, String reason) {
    return new ModelResult(
        model,
        revision,
        status,
        error,
        verdict,
        List.of(reason),
        0,
        0,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        new TreeMap<>(),
        Map.of());
  }

  /** The same with at most {@code most} outcomes a task, for reports that show a few. */
  public ModelResult withFewOutcomes(int most) {
    return new ModelResult(
        model,
        revision,
        status,
        error,
        verdict,
        reasons,
        sourceBytes,
        storedBytes,
        levels,
        tasks.stream().map(t -> t.withFewOutcomes(most)).toList(),
        guards,
        controls,
        restored,
        facts);
  }

  public long examples() {
    return tasks.stream().mapToLong(TaskResult::examples).sum();
  }
}
