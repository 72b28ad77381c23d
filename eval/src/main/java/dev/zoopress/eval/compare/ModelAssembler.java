package dev.zoopress.eval.compare;

import dev.zoopress.eval.compare.Unit.Stage;
import dev.zoopress.eval.task.LabelMap;
import dev.zoopress.eval.task.TaskKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Puts the results of a model's units together and judges. */
public final class ModelAssembler {
  private ModelAssembler() {}

  /**
   * The model's result; {@code results} may come in any order.
   *
   * @param skipped tasks that do not apply, with the reason
   * @param malformedRows by task
   */
  public static ModelResult assemble(
      String model,
      String revision,
      long storedBytes,
      Collection<UnitResult> results,
      Map<TaskKind, String> skipped,
      Map<TaskKind, Integer> malformedRows) {
    SortedMap<String, FileDigest> digestsA = new TreeMap<>();
    SortedMap<String, FileDigest> digestsB = new TreeMap<>();
    SortedMap<String, String> buffersA = new TreeMap<>();
    SortedMap<String, String> buffersB = new TreeMap<>();
    Set<Guard> guards = new LinkedHashSet<>();
    List<NegativeControl> controls = new ArrayList<>();
    Map<String, String> facts = new LinkedHashMap<>();
    Touched touched = new Touched();
    Map<TaskKind, List<UnitResult>> byTask = new EnumMap<>(TaskKind.class);
    String damage = "";
    String unreadable = "";
    for (UnitResult result : results) {
      digestsA.putAll(result.digestsA());
      digestsB.putAll(result.digestsB());
      result.buffersA().forEach((k, v) -> buffersA.merge(k, v, ModelAssembler::sameOrBoth));
      result.buffersB().forEach((k, v) -> buffersB.merge(k, v, ModelAssembler::sameOrBoth));
      guards.addAll(result.guards());
      controls.addAll(result.controls());
      facts.putAll(result.facts());
      touched.add(result.shard().touched());
      if (result.stage() == Stage.TASK) {
        byTask.computeIfAbsent(result.kind(), k -> new ArrayList<>()).add(result);
      }
      if (result.damaged()) {
        damage = result.error();
      } else if (result.stage() == Stage.BYTES && !result.error().isEmpty()) {
        unreadable = result.error();
      } else if (result.stage() == Stage.CONTROLS && !result.error().isEmpty()) {
        guards.add(new Guard("Did the " + result.stage() + " stage run?", false, result.error()));
      }
    }
    List<TaskResult> tasks = new ArrayList<>();
    byTask.forEach((kind, parts) -> tasks.add(task(kind, parts, malformedRows)));
    skipped.forEach((kind, why) -> tasks.add(TaskResult.skipped(kind, why)));
    rows(facts, touched, byTask.keySet());
    List<LevelResult> levels = new ArrayList<>();
    levels.add(Levels.files(digestsA, digestsB));
    levels.add(Levels.tensors(digestsA, digestsB, buffersA, buffersB));
    levels.addAll(Levels.outputs(tasks));
    List<Guard> guardList = List.copyOf(guards);
    Judgement judgement = judge(levels, tasks, guardList, controls, damage, unreadable);
    SortedMap<String, String> restored = new TreeMap<>();
    digestsB.forEach((path, digest) -> restored.put(path, digest.sha256()));
    long sourceBytes = digestsA.values().stream().mapToLong(FileDigest::sizeBytes).sum();
    return new ModelResult(
        model,
        revision,
        judgement.status(),
        judgement.error(),
        judgement.verdict(),
        judgement.reasons(),
        sourceBytes,
        storedBytes,
        levels,
        tasks,
        guardList,
        controls,
        restored,
        facts);
  }

  private record Judgement(
      ModelResult.Status status, String error, Verdict verdict, List<String> reasons) {}

  /** Bytes that differ or are damaged are a fact; a model that nothing could be run on is none. */
  private static Judgement judge(
      List<LevelResult> levels,
      List<TaskResult> tasks,
      List<Guard> guards,
      List<NegativeControl> controls,
      String damage,
      String unreadable) {
    if (!damage.isEmpty()) {
      List<String> reasons = List.of("the stored side is damaged: " + damage);
      return new Judgement(ModelResult.Status.EVALUATED, "", Verdict.NOT_EQUAL, reasons);
    }
    if (!unreadable.isEmpty()) {
      return new Judgement(
          ModelResult.Status.FAILED, unreadable, Verdict.NOT_RUN, List.of(unreadable));
    }
    Judge.Decision decision = Judge.decide(levels, tasks, guards, controls);
    if (decision.verdict() == Verdict.NOT_EQUAL || tasks.stream().anyMatch(TaskResult::wasRun)) {
      return new Judgement(
          ModelResult.Status.EVALUATED, "", decision.verdict(), decision.reasons());
    }
    for (TaskResult task : tasks) {
      if (task.failed()) {
        String error = task.kind().id() + ": " + task.skipped();
        return new Judgement(ModelResult.Status.FAILED, error, Verdict.NOT_RUN, List.of(error));
      }
    }
    List<String> reasons = new ArrayList<>();
    reasons.add("no task that was asked for applies; its files and tensors are equal (L0, L1)");
    tasks.forEach(task -> reasons.add(task.kind().id() + ": " + task.skipped()));
    return new Judgement(ModelResult.Status.SKIPPED, "", Verdict.NOT_RUN, reasons);
  }

  private static String sameOrBoth(String one, String other) {
    return one.equals(other) ? one : one + "/" + other;
  }

  private static TaskResult task(
      TaskKind kind, List<UnitResult> parts, Map<TaskKind, Integer> malformedRows) {
    List<ExampleOutcome> outcomes = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    Set<String> warnings = new LinkedHashSet<>();
    double secondsA = 0;
    double secondsB = 0;
    for (UnitResult part : parts) {
      if (!part.error().isEmpty()) {
        return TaskResult.failed(kind, part.error());
      }
      outcomes.addAll(part.shard().outcomes());
      refused.addAll(part.shard().refused());
      warnings.addAll(part.warnings());
      secondsA += part.shard().secondsA();
      secondsB += part.shard().secondsB();
    }
    outcomes.sort(Comparator.comparingInt(o -> o.example().index()));
    LabelMap labels = new LabelMap(parts.get(0).metricsLabels(), "");
    TaskKind metric = outcomes.isEmpty() ? kind : outcomes.get(0).example().subtask();
    boolean isOne =
        outcomes.stream().allMatch(o -> o.example().subtask().labels().equals(metric.labels()));
    Map<String, Double> metricsA = Map.of();
    Map<String, Double> metricsB = Map.of();
    if (isOne && kind != TaskKind.ONNX) {
      metricsA = TaskMetrics.of(metric, outcomes, ExampleOutcome::answersA, labels);
      metricsB = TaskMetrics.of(metric, outcomes, ExampleOutcome::answersB, labels);
    }
    return new TaskResult(
        kind,
        "",
        false,
        TaskResult.Counts.of(outcomes),
        outcomes,
        refused,
        malformedRows.getOrDefault(kind, 0),
        metricsA,
        metricsB,
        secondsA,
        secondsB,
        labels.toGlue(),
        List.copyOf(warnings));
  }

  /** Rows of embedding tables that no example used rest on the digests alone. */
  private static void rows(Map<String, String> facts, Touched touched, Set<TaskKind> kinds) {
    String vocabulary = facts.remove("vocabulary");
    String positions = facts.remove("positions");
    if (vocabulary == null || positions == null) {
      return;
    }
    int words = Integer.parseInt(vocabulary);
    boolean isDecoder =
        kinds.contains(TaskKind.FILL_MASK) || kinds.contains(TaskKind.PSEUDO_PERPLEXITY);
    facts.put(
        "word embeddings",
        touched.tokenRows()
            + " of "
            + words
            + " rows read as inputs"
            + (isDecoder
                ? "; all rows take part in the logits where the decoder is tied to them"
                : "; the other " + (words - touched.tokenRows()) + " rest on L0 and L1"));
    int places = Integer.parseInt(positions);
    facts.put(
        "position embeddings",
        touched.positionRows()
            + " of "
            + places
            + " rows used; the other "
            + (places - touched.positionRows())
            + " rest on L0 and L1");
  }
}
