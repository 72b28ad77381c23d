package dev.zoopress.eval.compare;

import java.util.ArrayList;
import java.util.List;

/** Decides what may be said of a model. */
final class Judge {
  record Decision(Verdict verdict, List<String> reasons) {}

  private Judge() {}

  /**
   * Bytes outrank everything: files or tensors that differ are a fact. Then come the controls, for
   * outputs say nothing where they failed; then the outputs.
   */
  static Decision decide(
      List<LevelResult> levels,
      List<TaskResult> tasks,
      List<Guard> guards,
      List<NegativeControl> controls) {
    List<String> reasons = new ArrayList<>();
    for (LevelResult level : levels) {
      boolean isBytes = level.level() == Level.L0 || level.level() == Level.L1;
      if (isBytes && !level.passed()) {
        reasons.add(reason(level));
      }
    }
    if (!reasons.isEmpty()) {
      return new Decision(Verdict.NOT_EQUAL, reasons);
    }
    doubts(tasks, guards, controls, reasons);
    if (!reasons.isEmpty()) {
      return new Decision(Verdict.INCONCLUSIVE, reasons);
    }
    for (LevelResult level : levels) {
      if (!level.passed()) {
        reasons.add(reason(level));
      }
    }
    return new Decision(reasons.isEmpty() ? Verdict.EQUAL : Verdict.NOT_EQUAL, reasons);
  }

  private static String reason(LevelResult level) {
    return level.level()
        + " "
        + level.level().title()
        + ": "
        + level.detail()
        + (level.examples().isEmpty() ? "" : " (" + String.join(", ", level.examples()) + ")");
  }

  private static void doubts(
      List<TaskResult> tasks,
      List<Guard> guards,
      List<NegativeControl> controls,
      List<String> reasons) {
    long examples = 0;
    for (TaskResult task : tasks) {
      String name = task.kind().id() + ": ";
      if (task.failed()) {
        reasons.add(name + task.skipped());
      }
      examples += task.examples();
      long unsteady = task.counts().unsteady();
      if (unsteady > 0) {
        reasons.add(
            name
                + "the original differs from itself on "
                + unsteady
                + " examples (A/A control); this machine's outputs cannot be compared");
      }
      if (task.counts().nonFinite() > 0) {
        reasons.add(
            name
                + task.counts().nonFinite()
                + " output values are NaN or infinite; they prove nothing");
      }
      if (task.wasRun() && task.examples() == 0) {
        reasons.add(
            name
                + "no example was run"
                + (task.refused().isEmpty() ? "" : "; " + task.refused().get(0)));
      }
    }
    if (examples == 0) {
      reasons.add("no outputs were compared");
    }
    guards.stream()
        .filter(g -> !g.held())
        .forEach(g -> reasons.add(g.question() + " " + g.detail()));
    for (NegativeControl control : controls) {
      if (!control.passed()) {
        reasons.add(
            "a flipped "
                + control.bit()
                + " in "
                + control.tensor()
                + " went unnoticed: the comparison is blind");
      }
    }
  }
}
