package dev.zoopress.jobs.report;

import dev.zoopress.jobs.inspect.StatsResult;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The story of a store.
 *
 * @param stats sizes and savings, in all and per model
 * @param derived models stored as differences from another one
 * @param groups models that hold the same chunks, those that spare most first
 * @param growth what compress runs added, in order of time
 * @param verified the last verification that looked at a model, by model
 * @param evaluated the last evaluation of a model, by model
 * @param runs the last runs, newest first
 * @param runCount all runs
 * @param advice what to do next, most pressing first
 */
record StoreReport(
    Instant madeAt,
    String store,
    String repository,
    StatsResult stats,
    List<Relations.Derived> derived,
    List<Relations.Group> groups,
    List<Growth> growth,
    Map<String, Check> verified,
    Map<String, Check> evaluated,
    List<RunRecord> runs,
    long runCount,
    List<Advice> advice) {

  /** What a compress run added. */
  record Growth(Instant at, String runId, long models, long sourceBytes, long storedBytes) {}

  /**
   * What a run found out about a model.
   *
   * @param how quick, sample or full; of evaluations empty
   * @param result sound, damaged, or a verdict
   */
  record Check(
      String revision, Instant at, String runId, String how, String result, String error) {}

  /**
   * Something to do.
   *
   * @param why one sentence
   * @param command what does it; may be empty
   */
  record Advice(Level level, String why, String command) {
    /** How pressing. */
    enum Level {
      PROBLEM,
      NOTE
    }
  }

  /** The verification of the revision that is the newest now. */
  java.util.Optional<Check> verified(StatsResult.ModelCost model) {
    return current(verified, model);
  }

  java.util.Optional<Check> evaluated(StatsResult.ModelCost model) {
    return current(evaluated, model);
  }

  private static java.util.Optional<Check> current(
      Map<String, Check> checks, StatsResult.ModelCost model) {
    return java.util.Optional.ofNullable(checks.get(model.model()))
        .filter(c -> c.revision().isEmpty() || c.revision().equals(model.revision()));
  }

  long damagedModels() {
    return stats.models().stream()
        .filter(m -> verified(m).filter(c -> c.result().equals("damaged")).isPresent())
        .count();
  }

  /** Models whose every byte was found right by the last verification that saw them. */
  long soundModels() {
    return stats.models().stream()
        .filter(
            m ->
                verified(m)
                    .filter(c -> c.result().equals("sound") && c.how().equals("full"))
                    .isPresent())
        .count();
  }
}
