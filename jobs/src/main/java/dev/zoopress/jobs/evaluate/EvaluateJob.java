package dev.zoopress.jobs.evaluate;

import dev.zoopress.eval.compare.ModelAssembler;
import dev.zoopress.eval.compare.ModelResult;
import dev.zoopress.eval.compare.SidePool;
import dev.zoopress.eval.compare.Unit;
import dev.zoopress.eval.compare.UnitResult;
import dev.zoopress.eval.onnx.SessionSettings;
import dev.zoopress.eval.report.Environment;
import dev.zoopress.eval.report.Heading;
import dev.zoopress.eval.report.ReportFolder;
import dev.zoopress.eval.report.Reports;
import dev.zoopress.eval.task.ExampleSet;
import dev.zoopress.eval.task.TaskKind;
import dev.zoopress.jobs.compress.Progress;
import dev.zoopress.jobs.plan.ModelFinder;
import dev.zoopress.jobs.restore.Layout;
import dev.zoopress.jobs.restore.OpenStore;
import dev.zoopress.jobs.restore.Selection;
import dev.zoopress.jobs.restore.StoredRevision;
import dev.zoopress.jobs.restore.Ticker;
import dev.zoopress.jobs.source.ModelRef;
import dev.zoopress.jobs.source.SourceTree;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Runs original and stored models through the same graphs and compares. Models are done in waves,
 * so that the driver holds the examples of a few models at a time.
 */
public final class EvaluateJob {
  private static final int WAVE_MODELS = 32;

  private final SparkSession spark;
  private final JavaSparkContext sc;
  private final EvaluateOptions options;
  private final Progress progress;
  private final Consumer<String> people;

  /**
   * A job that is not run yet.
   *
   * @param people receives lines such as the memory budget while the job runs
   */
  public EvaluateJob(
      SparkSession spark, EvaluateOptions options, Progress progress, Consumer<String> people) {
    this.spark = Objects.requireNonNull(spark);
    this.sc = JavaSparkContext.fromSparkContext(spark.sparkContext());
    this.options = Objects.requireNonNull(options);
    this.progress = Objects.requireNonNull(progress);
    this.people = Objects.requireNonNull(people);
  }

  /**
   * Evaluates to the end; models that cannot be evaluated are part of the result.
   *
   * @throws IOException if source, store, texts or the report's folder cannot be used
   */
  public EvaluateResult execute() throws IOException {
    Instant started = Instant.now();
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    List<String> notes = new ArrayList<>();
    Examples examples = Examples.read(options, hadoop);
    examples.missing().forEach((kind, why) -> notes.add(kind.id() + " skipped: " + why));
    SourceTree source = SourceTree.open(options.original(), hadoop);
    List<Candidate> candidates = candidates(source, hadoop, notes);
    Map<String, String> conf = Settings.changed(hadoop);
    PlanTask plan =
        new PlanTask(
            options.original(), source.layout(), options.store(), options.tasks(), slots(), conf);
    ReportFolder folder =
        options.report().isEmpty()
            ? name -> OutputStream.nullOutputStream()
            : ReportPlace.of(options.report(), hadoop);
    Map<String, String> environment =
        new LinkedHashMap<>(Environment.here(new SessionSettings(options.threads())));
    environment.put("Spark", sc.version() + " on " + sc.master());
    Heading heading =
        new Heading(options.runId(), started, source.root(), options.store(), environment);
    Reports reports = new Reports(folder, heading);
    MemoryBudget budget = MemoryBudget.of(0, slots());
    try {
      for (int from = 0; from < candidates.size(); from += WAVE_MODELS) {
        List<Candidate> wave =
            candidates.subList(from, Math.min(candidates.size(), from + WAVE_MODELS));
        budget = wave(List.copyOf(wave), plan, examples, budget, reports);
      }
    } finally {
      release();
    }
    String memory = budget.text();
    notes.add(memory);
    List<ModelResult> models = reports.finish(notes);
    String html = options.report().isEmpty() ? "" : options.report() + "/report.html";
    return new EvaluateResult(models, notes, memory, html);
  }

  /** The models of the source, or those asked for; what a side lacks is found out later. */
  private List<Candidate> candidates(SourceTree source, Configuration hadoop, List<String> notes)
      throws IOException {
    Map<String, ModelRef> originals = new TreeMap<>();
    Broadcast<SerializableConfiguration> conf = sc.broadcast(new SerializableConfiguration(hadoop));
    try {
      for (ModelRef ref : ModelFinder.find(sc, options.original(), source, conf, stray -> {})) {
        originals.put(ref.name(), ref);
      }
    } finally {
      conf.destroy();
    }
    Map<String, StoredRevision> stored = new TreeMap<>();
    Map<String, String> damaged = new TreeMap<>();
    try (OpenStore store = new OpenStore(options.store(), hadoop)) {
      Selection selection = Selection.of(store.repository(), options.models(), Layout.PLAIN);
      selection.revisions().forEach(revision -> stored.put(revision.model(), revision));
      selection.damaged().forEach((model, why) -> damaged.put(model, why.getMessage()));
    }
    List<Candidate> candidates = new ArrayList<>();
    TreeMap<String, Object> names = new TreeMap<>(options.models().isEmpty() ? originals : stored);
    damaged.keySet().forEach(name -> names.putIfAbsent(name, name));
    for (String name : names.keySet()) {
      candidates.add(
          new Candidate(
              name, originals.get(name), stored.get(name), damaged.getOrDefault(name, "")));
    }
    long more = stored.keySet().stream().filter(name -> !names.containsKey(name)).count();
    if (more > 0) {
      notes.add(more + " models of the store are not in " + options.original());
    }
    return candidates;
  }

  private MemoryBudget wave(
      List<Candidate> candidates,
      PlanTask plan,
      Examples examples,
      MemoryBudget before,
      Reports reports)
      throws IOException {
    sc.setJobDescription("eval: plan " + candidates.size() + " models");
    List<PlannedModel> planned =
        sc.parallelize(candidates, Math.min(candidates.size(), 2 * sc.defaultParallelism()))
            .mapPartitions(plan)
            .collect();
    MemoryBudget budget = before;
    Shards shards = new Shards(examples, options, sc.defaultParallelism());
    List<Unit> units = new ArrayList<>();
    Map<String, Map<TaskKind, String>> skipped = new TreeMap<>();
    for (PlannedModel model : planned) {
      if (model.budget() != null) {
        budget = budget.or(model.budget());
      }
      Map<TaskKind, String> more = new EnumMap<>(TaskKind.class);
      more.putAll(model.skipped());
      if (model.error().isEmpty()) {
        units.addAll(shards.of(model, more));
      }
      skipped.put(model.model(), more);
    }
    if (budget != before || before.sessionBytes() == 0) {
      people.accept(budget.text());
    }
    Map<String, List<UnitResult>> results = run(units);
    Map<TaskKind, Integer> malformed = new EnumMap<>(TaskKind.class);
    for (ExampleSet set : examples.sets().values()) {
      malformed.put(set.kind(), set.malformedRows());
    }
    for (PlannedModel model : planned) {
      reports.add(
          !model.error().isEmpty()
              ? model.damaged()
                  ? ModelResult.damaged(model.model(), model.revision(), model.error())
                  : ModelResult.failed(model.model(), model.revision(), model.error())
              : ModelAssembler.assemble(
                  model.model(),
                  model.revision(),
                  model.storedBytes(),
                  results.getOrDefault(model.model(), List.of()),
                  skipped.get(model.model()),
                  malformed));
    }
    return budget;
  }

  /** Units of a model are neighbours, so that its sessions are built once per executor. */
  private Map<String, List<UnitResult>> run(List<Unit> units) {
    Map<String, List<UnitResult>> results = new TreeMap<>();
    if (units.isEmpty()) {
      return results;
    }
    sc.setJobDescription("eval: " + units.size() + " units");
    try (Ticker ticker = new Ticker(spark.sparkContext(), progress, "eval", 0, units.size())) {
      for (UnitResult result :
          sc.parallelize(units, units.size()).map(new UnitTask(ticker.counters())).collect()) {
        results.computeIfAbsent(result.model(), name -> new ArrayList<>()).add(result);
      }
    }
    return results;
  }

  /** Tasks at a time in one process. */
  private int slots() {
    return sc.isLocal()
        ? sc.defaultParallelism()
        : sc.getConf().getInt("spark.executor.cores", Runtime.getRuntime().availableProcessors());
  }

  /** Closes idle sessions in this process and, as far as they are reached, on executors. */
  private void release() throws IOException {
    SidePool.clear();
    if (!sc.isLocal()) {
      int slots = sc.defaultParallelism();
      sc.parallelize(Collections.nCopies(slots, 0), slots).foreach(slot -> SidePool.clear());
    }
  }
}
