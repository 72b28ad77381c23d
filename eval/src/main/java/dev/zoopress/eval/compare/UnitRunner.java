package dev.zoopress.eval.compare;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.IntegrityException;
import dev.zoopress.codec.MalformedInputException;
import dev.zoopress.eval.compare.Unit.Stage;
import dev.zoopress.eval.model.LoadedTensor;
import dev.zoopress.eval.model.ModelConfig;
import dev.zoopress.eval.model.ModelFiles;
import dev.zoopress.eval.model.UnusableModelException;
import dev.zoopress.eval.task.Example;
import dev.zoopress.eval.task.LabelMap;
import dev.zoopress.eval.task.TaskKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Does units. What is wrong with a model becomes its result's error; failing reads are thrown, so
 * that a scheduler tries again.
 */
public final class UnitRunner {
  private static final int CONTROL_EXAMPLES = 4;

  /** Nobody knows beforehand what an ONNX file needs to run: one at a time in a process. */
  private static final Object ONE_ONNX_FILE = new Object();

  private static final long SEED = 20260101L;

  private final Unit unit;
  private SortedMap<String, FileDigest> digestsA = new TreeMap<>();
  private SortedMap<String, FileDigest> digestsB = new TreeMap<>();
  private ShardResult shard = new ShardResult(List.of(), List.of(), new Touched(), 0, 0);
  private SortedMap<String, String> buffersA = new TreeMap<>();
  private SortedMap<String, String> buffersB = new TreeMap<>();
  private List<Integer> labels = List.of();
  private List<String> warnings = new ArrayList<>();
  private final List<Guard> guards = new ArrayList<>();
  private List<NegativeControl> controls = List.of();
  private final Map<String, String> facts = new LinkedHashMap<>();

  private UnitRunner(Unit unit) {
    this.unit = unit;
  }

  /** Does {@code unit}. */
  public static UnitResult run(Unit unit) throws IOException {
    UnitRunner runner = new UnitRunner(unit);
    String error = "";
    boolean damaged = false;
    try {
      runner.work();
    } catch (UnusableModelException | MalformedInputException e) {
      error = e.getMessage();
    } catch (CorruptContainerException | IntegrityException e) {
      error = e.getMessage();
      damaged = true;
    } catch (RuntimeException e) {
      // One model that nobody foresaw must not end the evaluation of the others.
      error = "unexpected " + e + "; please report it";
    }
    return new UnitResult(
        unit.model(),
        unit.stage(),
        unit.kind(),
        error,
        damaged,
        runner.digestsA,
        runner.digestsB,
        runner.shard,
        runner.buffersA,
        runner.buffersB,
        List.copyOf(runner.labels),
        List.copyOf(runner.warnings),
        List.copyOf(runner.guards),
        runner.controls,
        new LinkedHashMap<>(runner.facts));
  }

  private void work() throws IOException {
    try (ModelFiles a = unit.a().open();
        ModelFiles b = unit.b().open()) {
      if (unit.stage() == Stage.BYTES) {
        guards.add(SideGuards.places(a, b));
        digestsA = ModelDigests.of(a);
        digestsB = ModelDigests.of(b);
      } else if (unit.kind() == TaskKind.ONNX) {
        synchronized (ONE_ONNX_FILE) {
          onnx(a, b);
        }
      } else {
        SidePool.use(unit, a, b, (x, y) -> encoder(x, y, b));
      }
    }
  }

  private void onnx(ModelFiles a, ModelFiles b) throws IOException {
    OnnxFileRun run = new OnnxFileRun(a, b, unit.session());
    if (unit.stage() == Stage.TASK) {
      shard = run.run(OnnxFileRun.INPUTS);
      buffersA = run.modelsA();
      buffersB = run.modelsB();
      facts.putAll(run.facts());
    } else {
      controls = run.controls(SEED);
      List<ExampleOutcome> here = run.run(1).outcomes();
      guards.add(ProcessGuard.check("original", unit.a(), unit, List.of(), here));
      guards.add(ProcessGuard.check("stored", unit.b(), unit, List.of(), here));
    }
  }

  private void encoder(Side a, Side b, ModelFiles stored) throws IOException {
    if (unit.stage() == Stage.CONTROLS) {
      List<Example> few = unit.examples().examples().stream().limit(CONTROL_EXAMPLES).toList();
      controls =
          NegativeControls.run(a, stored, unit.kind(), unit.tasks(), unit.session(), few, SEED);
      ShardResult here = new Lockstep(a, b, unit.kind(), unit.tasks()).run(few);
      guards.add(ProcessGuard.check("original", unit.a(), unit, few, here.outcomes()));
      guards.add(ProcessGuard.check("stored", unit.b(), unit, few, here.outcomes()));
      return;
    }
    ModelConfig config = a.session().config();
    List<Example> examples = unit.examples().examples();
    TaskKind labelled =
        unit.kind() == TaskKind.ADVGLUE && !examples.isEmpty()
            ? examples.get(0).subtask()
            : unit.kind();
    if (!labelled.labels().isEmpty()) {
      LabelMap map = LabelMap.of(config, labelled, unit.tasks().labelMap());
      labels = map.toGlue();
      if (!map.warning().isEmpty()) {
        warnings.add(map.warning());
      }
    }
    shard = new Lockstep(a, b, unit.kind(), unit.tasks()).run(examples);
    buffersA = a.buffers();
    buffersB = b.buffers();
    guards.add(SideGuards.weights(a, b));
    guards.add(SideGuards.configuration(a, b));
    guards.add(SideGuards.tokenizers(a, b, shard.outcomes()));
    facts(a, config);
  }

  private void facts(Side a, ModelConfig config) {
    Map<String, Long> types = new TreeMap<>();
    long bytes = 0;
    for (LoadedTensor weight : a.session().weights()) {
      types.merge(weight.entry().dtype().name(), 1L, Long::sum);
      bytes += weight.entry().lengthBytes();
    }
    List<String> counts = new ArrayList<>();
    types.forEach((type, count) -> counts.add(count + " tensors of " + type));
    facts.put(
        "weights",
        String.format(Locale.ROOT, "%s, %,d bytes, ", String.join(", ", counts), bytes)
            + "handed to ONNX Runtime as they are stored");
    if (types.keySet().stream().anyMatch(t -> !t.equals("F32"))) {
      facts.put("computing", "16-bit weights are widened exactly to F32 inside the graph");
    }
    facts.put(
        "unused", a.session().unused().size() + " tensors that this head does not compute with");
    facts.put("vocabulary", Integer.toString(config.vocabSize()));
    facts.put("positions", Integer.toString(config.maxPositions()));
  }
}
