package dev.zoopress.jobs.report;

import dev.zoopress.jobs.inspect.StatsResult;
import dev.zoopress.jobs.report.StoreReport.Advice;
import dev.zoopress.jobs.report.StoreReport.Advice.Level;
import dev.zoopress.jobs.report.StoreReport.Check;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What follows from the state of a store, most pressing first. */
final class Adviser {
  private static final Duration STALE = Duration.ofDays(35);

  /** A part of the packs that is worth a gc. */
  private static final double WASTE = 0.1;

  private final List<Advice> advice = new ArrayList<>();

  private Adviser() {}

  static List<Advice> advise(StatsResult stats, RunHistory history, String store, Instant now) {
    Adviser adviser = new Adviser();
    adviser.damage(stats, history, store);
    adviser.failures(history, store);
    adviser.checks(stats, history, store, now);
    adviser.waste(stats, store);
    return adviser.advice;
  }

  private void add(Level level, String why, String command) {
    advice.add(new Advice(level, why, command));
  }

  private void damage(StatsResult stats, RunHistory history, String store) {
    List<String> damaged =
        stats.models().stream()
            .map(StatsResult.ModelCost::model)
            .filter(m -> is(history.verified().get(m), "damaged"))
            .toList();
    if (!damaged.isEmpty()) {
      add(
          Level.PROBLEM,
          damaged.size()
              + (damaged.size() == 1 ? " model was" : " models were")
              + " found damaged, first "
              + damaged.get(0)
              + ": compress the originals again, or bring the objects back from a copy",
          "zoopress compress SOURCE --store " + store + " --force");
    }
    List<String> unequal =
        stats.models().stream()
            .map(StatsResult.ModelCost::model)
            .filter(m -> is(history.evaluated().get(m), "NOT EQUAL"))
            .toList();
    if (!unequal.isEmpty()) {
      add(
          Level.PROBLEM,
          "an evaluation found " + unequal.get(0) + " NOT EQUAL to its original; keep the original",
          "zoopress verify " + unequal.get(0) + " --store " + store + " --full --against SOURCE");
    }
  }

  private static boolean is(Check check, String result) {
    return check != null && check.result().equals(result);
  }

  private void failures(RunHistory history, String store) {
    Optional<RunRecord> last =
        history.records().stream().filter(r -> r.command().equals("compress")).findFirst();
    if (last.isPresent() && last.get().exitCode() > 0 && last.get().exitCode() != 9) {
      add(
          Level.PROBLEM,
          "the last compress, run "
              + last.get().runId()
              + ", ended with "
              + last.get().exitCode()
              + ": "
              + last.get().message(),
          "zoopress compress SOURCE --store " + store);
    }
    if (last.isPresent() && last.get().state() == RunRecord.State.RUNNING) {
      add(
          Level.NOTE,
          "run " + last.get().runId() + " has not ended: it is at work, or its process is gone",
          "zoopress doctor --store " + store);
    }
  }

  private void checks(StatsResult stats, RunHistory history, String store, Instant now) {
    long never = 0;
    long stale = 0;
    for (StatsResult.ModelCost model : stats.models()) {
      Check check = history.verified().get(model.model());
      if (check == null || !check.revision().equals(model.revision())) {
        never++;
      } else if (check.at().isBefore(now.minus(STALE))) {
        stale++;
      }
    }
    if (never > 0) {
      add(
          Level.NOTE,
          never + " of " + stats.models().size() + " models were never verified as they are now",
          "zoopress verify --store " + store + " --full --against SOURCE");
    }
    if (stale > 0) {
      add(
          Level.NOTE,
          stale + " models were last verified more than " + STALE.toDays() + " days ago",
          "zoopress verify --store " + store + " --sample 100 --max-duration PT2H");
    }
    if (!stats.models().isEmpty() && history.evaluated().isEmpty()) {
      add(
          Level.NOTE,
          "no model was evaluated: see that stored models compute the same bits",
          "zoopress eval --store " + store + " --original SOURCE --report DIR");
    }
  }

  private void waste(StatsResult stats, String store) {
    long packs = stats.sizes().bytes("packs");
    if (packs > 0 && stats.unusedBytes() > WASTE * packs) {
      add(
          Level.NOTE,
          Math.round(100.0 * stats.unusedBytes() / packs)
              + " % of the packs' bytes belong to nothing published; what whole packs hold of it"
              + " can go",
          "zoopress gc --store " + store);
    }
    if (stats.models().isEmpty()) {
      add(Level.NOTE, "nothing is published", "zoopress compress SOURCE --store " + store);
    }
  }
}
