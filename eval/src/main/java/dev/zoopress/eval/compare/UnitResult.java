package dev.zoopress.eval.compare;

import dev.zoopress.eval.task.TaskKind;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * What came of a unit; fields of other stages are empty.
 *
 * @param error why the unit could not be done, or empty
 * @param damaged whether that is because stored objects are damaged
 * @param metricsLabels GLUE's class by the model's
 */
public record UnitResult(
    String model,
    Unit.Stage stage,
    TaskKind kind,
    String error,
    boolean damaged,
    SortedMap<String, FileDigest> digestsA,
    SortedMap<String, FileDigest> digestsB,
    ShardResult shard,
    SortedMap<String, String> buffersA,
    SortedMap<String, String> buffersB,
    List<Integer> metricsLabels,
    List<String> warnings,
    List<Guard> guards,
    List<NegativeControl> controls,
    Map<String, String> facts)
    implements Serializable {
  private static final long serialVersionUID = 1L;
}
