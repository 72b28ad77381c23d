package dev.zoopress.eval.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.eval.task.Example;
import dev.zoopress.eval.task.TaskKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What may be said, by what was seen. */
class JudgeTest {
  private static List<LevelResult> levels(Level... differing) {
    List<LevelResult> levels = new ArrayList<>();
    for (Level level : Level.values()) {
      boolean differs = List.of(differing).contains(level);
      levels.add(new LevelResult(level, 3, differs ? 1 : 0, "3 things", List.of()));
    }
    return levels;
  }

  private static TaskResult task(String again, long nonFinite) {
    Example example = new Example(0, "text", "", Double.NaN, TaskKind.FILL_MASK);
    ExampleOutcome outcome =
        new ExampleOutcome(
            example,
            "i",
            "i",
            "x",
            "x",
            again,
            3,
            false,
            nonFinite,
            Difference.NONE,
            List.of(),
            List.of());
    List<ExampleOutcome> outcomes = List.of(outcome);
    return new TaskResult(
        TaskKind.FILL_MASK,
        "",
        false,
        TaskResult.Counts.of(outcomes),
        outcomes,
        List.of(),
        0,
        Map.of(),
        Map.of(),
        1,
        1,
        List.of(),
        List.of());
  }

  private static NegativeControl control(boolean caughtL1, boolean caughtL2) {
    return new NegativeControl("w", 1, "highest exponent bit", true, caughtL1, caughtL2, true);
  }

  private static Judge.Decision judge(
      List<LevelResult> levels, TaskResult task, boolean guard, NegativeControl control) {
    return Judge.decide(
        levels, List.of(task), List.of(new Guard("Is it so?", guard, "seen")), List.of(control));
  }

  @Test
  void allSeenAndNothingDifferentIsEqual() {
    assertThat(judge(levels(), task("x", 0), true, control(true, true)).verdict())
        .isEqualTo(Verdict.EQUAL);
  }

  @Test
  void bytesOutrankEveryDoubt() {
    assertThat(judge(levels(Level.L1), task("y", 1), false, control(true, false)).verdict())
        .isEqualTo(Verdict.NOT_EQUAL);
  }

  @Test
  void doubtOutranksOutputs() {
    expectDoubt(task("y", 0), true, control(true, true), "differs from itself");
    expectDoubt(task("x", 1), true, control(true, true), "NaN or infinite");
    expectDoubt(task("x", 0), false, control(true, true), "Is it so? seen");
    expectDoubt(task("x", 0), true, control(true, false), "the comparison is blind");
    expectDoubt(task("x", 0), true, control(false, true), "the comparison is blind");
  }

  private static void expectDoubt(
      TaskResult task, boolean guard, NegativeControl control, String reason) {
    for (List<LevelResult> levels : List.of(levels(), levels(Level.L2, Level.L3))) {
      Judge.Decision decision = judge(levels, task, guard, control);
      assertThat(decision.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
      assertThat(decision.reasons()).anyMatch(r -> r.contains(reason));
    }
  }

  @Test
  void outputsThatDifferAreNotEqual() {
    for (Level level : new Level[] {Level.L2, Level.L3, Level.L4, Level.L5}) {
      assertThat(judge(levels(level), task("x", 0), true, control(true, true)).verdict())
          .isEqualTo(Verdict.NOT_EQUAL);
    }
  }
}
