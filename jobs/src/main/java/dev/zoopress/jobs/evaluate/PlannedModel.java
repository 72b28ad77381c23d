package dev.zoopress.jobs.evaluate;

import dev.zoopress.eval.compare.SideSpec;
import dev.zoopress.eval.task.TaskKind;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * A model that is ready to be evaluated, or the reason why it is not.
 *
 * @param sourceBytes of the original's files
 * @param storedBytes of the frames that its chunks lie in, by their share of them; what other
 *     models use too is counted whole
 * @param budget of a process that evaluates it, as the executor that planned it sees that; null
 *     where it is not ready
 * @param trained the GLUE task that the model was trained for, or null
 * @param error empty where it is ready
 * @param damaged whether that is because the store is damaged
 */
record PlannedModel(
    String model,
    String revision,
    SideSpec a,
    SideSpec b,
    long sourceBytes,
    long storedBytes,
    MemoryBudget budget,
    List<TaskKind> run,
    Map<TaskKind, String> skipped,
    TaskKind trained,
    String error,
    boolean damaged)
    implements Serializable {

  static PlannedModel failed(Candidate candidate, String error) {
    return not(candidate, error, false);
  }

  static PlannedModel damaged(Candidate candidate, String error) {
    return not(candidate, error, true);
  }

  private static PlannedModel not(Candidate candidate, String error, boolean damaged) {
    String revision = candidate.stored() == null ? "" : candidate.stored().revision();
    return new PlannedModel(
        candidate.model(),
        revision,
        null,
        null,
        0,
        0,
        null,
        List.of(),
        Map.of(),
        null,
        error,
        damaged);
  }
}
