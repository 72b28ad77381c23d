package dev.zoopress.eval.task;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * How tasks are run; the same for both sides.
 *
 * @param topK answers per mask
 * @param targets the only tokens to answer with, empty for the whole vocabulary
 * @param batchSize inputs per run of the session
 * @param labelMap names of a model's classes to GLUE's, may be empty
 */
public record TaskSettings(
    int topK, List<String> targets, int batchSize, Map<String, String> labelMap)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What {@code run_glue} cuts to. */
  public static final int GLUE_TOKENS = 128;

  public TaskSettings {
    if (topK < 1 || batchSize < 1) {
      throw new IllegalArgumentException("topK " + topK + ", batchSize " + batchSize);
    }
    targets = List.copyOf(targets);
    labelMap = Map.copyOf(labelMap);
  }

  public static TaskSettings standard() {
    return new TaskSettings(5, List.of(), 8, Map.of());
  }
}
