package dev.zoopress.jobs.evaluate;

import dev.zoopress.eval.compare.Unit;
import dev.zoopress.eval.compare.Unit.Stage;
import dev.zoopress.eval.onnx.SessionSettings;
import dev.zoopress.eval.task.Example;
import dev.zoopress.eval.task.ExampleSet;
import dev.zoopress.eval.task.TaskKind;
import dev.zoopress.eval.task.TaskSettings;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Cuts a model's evaluation into units: its bytes, its tasks in shards of examples, its controls.
 */
final class Shards {
  private static final int MIN_EXAMPLES = 64;
  private static final int CONTROL_EXAMPLES = 4;

  private final Examples examples;
  private final EvaluateOptions options;
  private final int slots;

  Shards(Examples examples, EvaluateOptions options, int slots) {
    this.examples = examples;
    this.options = options;
    this.slots = slots;
  }

  /**
   * The units of a model.
   *
   * @param skipped receives tasks that turn out to have nothing to ask
   */
  List<Unit> of(PlannedModel model, Map<TaskKind, String> skipped) {
    List<Unit> units = new ArrayList<>();
    TaskSettings settings =
        new TaskSettings(
            options.topK(), options.targets(), options.batch(), examples.labelsOf(model.model()));
    SessionSettings session = new SessionSettings(options.threads());
    ExampleSet none = new ExampleSet(TaskKind.ONNX, List.of(), 0, "");
    units.add(unit(model, Stage.BYTES, TaskKind.ONNX, none, settings, session));
    TaskKind first = null;
    Map<TaskKind, ExampleSet> sets = new EnumMap<>(TaskKind.class);
    for (TaskKind kind : model.run()) {
      if (kind == TaskKind.ONNX) {
        units.add(unit(model, Stage.TASK, kind, none, settings, session));
        if (options.controls()) {
          units.add(unit(model, Stage.CONTROLS, kind, none, settings, session));
        }
        continue;
      }
      ExampleSet set = examples.sets().get(kind);
      if (set == null) {
        skipped.put(kind, examples.missing().getOrDefault(kind, "no data"));
        continue;
      }
      if (kind == TaskKind.ADVGLUE) {
        set = adversarial(set, model.trained());
        if (set.examples().isEmpty()) {
          skipped.put(kind, "AdvGLUE has nothing for " + model.trained());
          continue;
        }
      }
      sets.put(kind, set);
      first = first == null ? kind : first;
    }
    sets.forEach((kind, set) -> tasks(model, kind, set, settings, session, units));
    if (first != null && options.controls()) {
      ExampleSet few = sets.get(first).limit(CONTROL_EXAMPLES);
      units.add(unit(model, Stage.CONTROLS, first, few, settings, session));
    }
    return units;
  }

  private void tasks(
      PlannedModel model,
      TaskKind kind,
      ExampleSet set,
      TaskSettings settings,
      SessionSettings session,
      List<Unit> units) {
    List<Example> all = set.examples();
    int size = Math.max(MIN_EXAMPLES, (all.size() + 2 * slots - 1) / (2 * slots));
    for (int from = 0; from == 0 || from < all.size(); from += size) {
      List<Example> part = all.subList(from, Math.min(all.size(), from + size));
      ExampleSet shard = new ExampleSet(kind, List.copyOf(part), 0, set.note());
      units.add(unit(model, Stage.TASK, kind, shard, settings, session));
    }
  }

  private static ExampleSet adversarial(ExampleSet set, TaskKind trained) {
    List<Example> mine =
        set.examples().stream()
            .filter(
                e ->
                    e.subtask() == trained
                        || trained == TaskKind.MNLI && e.subtask() == TaskKind.MNLI_MM)
            .toList();
    return new ExampleSet(set.kind(), mine, set.malformedRows(), set.note());
  }

  private static Unit unit(
      PlannedModel model,
      Stage stage,
      TaskKind kind,
      ExampleSet set,
      TaskSettings settings,
      SessionSettings session) {
    return new Unit(model.model(), stage, kind, model.a(), model.b(), set, settings, session);
  }
}
