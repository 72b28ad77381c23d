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
 * @param reasons why the verdict is not {@link Verdict#EQUAL}, or what it rests on
 * @param restored SHA-256 by path of the stored side's files
 * @param facts words and numbers for people: types, tensors used, rows touched
 */
public record ModelResult(
    String model,
    String revision,
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

  public long examples() {
    return tasks.stream().mapToLong(t -> t.outcomes().size()).sum();
  }
}
