package dev.zoopress.jobs.compress;

import dev.zoopress.jobs.compress.CompressOptions.Flag;
import dev.zoopress.jobs.delta.Planned;
import dev.zoopress.jobs.index.ChunkIndex;
import dev.zoopress.jobs.index.ChunkTable;
import dev.zoopress.jobs.plan.HintTask;
import dev.zoopress.jobs.plan.HintTask.Hinted;
import dev.zoopress.jobs.plan.JsonLines;
import dev.zoopress.jobs.plan.Leaders;
import dev.zoopress.jobs.plan.Leaders.Follower;
import dev.zoopress.jobs.plan.ModelFinder;
import dev.zoopress.jobs.plan.RunContext;
import dev.zoopress.jobs.plan.SliceTask;
import dev.zoopress.jobs.plan.Units;
import dev.zoopress.jobs.plan.Units.Kind;
import dev.zoopress.jobs.plan.Units.Slice;
import dev.zoopress.jobs.plan.Units.Unit;
import dev.zoopress.jobs.publish.AssembleTask;
import dev.zoopress.jobs.publish.Publications;
import dev.zoopress.jobs.publish.PublishTask;
import dev.zoopress.jobs.reconcile.Mention;
import dev.zoopress.jobs.reconcile.Reconciler;
import dev.zoopress.jobs.reconcile.UnitRows;
import dev.zoopress.jobs.source.ModelRef;
import dev.zoopress.jobs.source.SourceTree;
import dev.zoopress.jobs.store.CountingStore;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Run;
import dev.zoopress.jobs.store.Stores;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * One run from scan to publish, with what the driver knows of it: a row per model, unit and pack at
 * most, never chunks or files.
 */
final class CompressRun {
  /** Second waves: more are needed only where sources change all the time. */
  private static final int MAX_WAVES = 3;

  private static final int MAX_MISSING = 1_000_000;

  private final JavaSparkContext sc;
  private final CompressOptions options;
  private final Repository repository;
  private final CountingStore store;
  private final Run run;
  private final RunContext context;
  private final SourceTree source;
  private final long start;
  private final ProgressMeter meter;
  private final RunSums sums = new RunSums();
  private final List<String> warnings = new ArrayList<>();
  private final Map<Integer, Unit> units = new HashMap<>();
  private final Map<Integer, Unit> laterUnits = new HashMap<>();
  private final Map<Integer, String> records = new HashMap<>();
  private final Set<String> ownPacks = new HashSet<>();
  private final List<String> indexKeys;
  private JavaRDD<ChunkTable.Row> published;
  private DeltaWaves waves;

  CompressRun(
      JavaSparkContext sc,
      CompressOptions options,
      Progress progress,
      Repository repository,
      CountingStore store,
      Run run,
      SourceTree source,
      List<String> resumable,
      Broadcast<SerializableConfiguration> conf,
      long start)
      throws IOException {
    this.sc = sc;
    this.options = options;
    this.repository = repository;
    this.store = store;
    this.start = start;
    this.run = run;
    this.source = source;
    this.context =
        new RunContext(
            run.id(),
            source.root(),
            source.layout(),
            options.store(),
            options.effort(),
            options.has(Flag.FORCE),
            !options.has(Flag.NO_DELTA),
            resumable,
            conf);
    this.indexKeys = ChunkIndex.keys(store);
    this.meter = new ProgressMeter(sc.sc(), progress);
  }

  CompressResult run() throws IOException {
    sums.memoryBoundBytes = MemoryBound.check(sc, options.effort(), context.delta());
    try (meter) {
      List<Slice> slices = scan();
      if (slices.stream().anyMatch(s -> s.readFiles() > 0)) {
        compress(slices);
      }
      return publish(slices);
    } finally {
      if (published != null) {
        published.unpersist(false);
      }
      if (waves != null) {
        waves.close();
      }
    }
  }

  private List<Slice> scan() throws IOException {
    meter.stage("scan", 0, 0);
    List<ModelRef> models =
        ModelFinder.find(sc, options.source(), source, context.hadoop(), warnings::add);
    List<SliceTask.Models> slices = ModelFinder.slices(models, sc.defaultParallelism());
    if (slices.isEmpty()) {
      return List.of();
    }
    sc.setJobDescription("scan: list " + models.size() + " models");
    List<Slice> planned =
        new ArrayList<>(
            sc.parallelize(slices, slices.size()).map(new SliceTask(context)).collect());
    planned.sort(Comparator.comparingInt(Slice::index));
    for (Slice slice : planned) {
      sums.modelsUnchanged += slice.unchangedModels();
      sums.filesUnchanged += slice.unchangedFiles();
    }
    return planned;
  }

  private void compress(List<Slice> slices) throws IOException {
    // Read once: packs that go later are met by who refers to them, for it holds, then looks.
    published = ChunkIndex.rows(sc, context, indexKeys).persist(StorageLevel.MEMORY_AND_DISK());
    List<Unit> cut = Units.cut(slices);
    meter.stage("plan", 0, 0);
    sc.setJobDescription("plan: samples of " + cut.size() + " units");
    int parts = Math.min(cut.size(), Math.max(sc.defaultParallelism() * 4, cut.size() / 64));
    List<Hinted> hinted = sc.parallelize(cut, parts).mapPartitions(new HintTask(context)).collect();
    Map<Integer, Long> sizes = new HashMap<>();
    long total = 0;
    long rows = 0;
    for (Hinted h : hinted) {
      sums.headerBytesRead += h.bytesRead();
      rows += h.rows();
      for (HintTask.Sized s : h.units()) {
        if (s.contents() > 0) {
          sizes.put(s.unit(), s.bytes());
          total += s.bytes();
        }
      }
    }
    JavaPairRDD<Integer, Follower> followers =
        Leaders.followers(sc, context, hinted, published, shufflePartitions(rows));
    List<Unit> order = new ArrayList<>();
    cut.stream().filter(u -> sizes.containsKey(u.number())).forEach(order::add);
    order.sort(
        Comparator.comparingLong((Unit u) -> -sizes.get(u.number()))
            .thenComparingInt(Unit::number));
    order.forEach(u -> units.put(u.number(), u));
    long files = slices.stream().mapToLong(Slice::readFiles).sum();
    waves = new DeltaWaves(sc, context, hinted, indexKeys.isEmpty());
    JavaPairRDD<Integer, Planned> passed = waves.first(followers, standing(waves.ready(published)));
    meter.stage("compress", total, files);
    encode(order, passed, "compress");
    int next = 1 + units.keySet().stream().mapToInt(i -> i).max().orElse(0);
    for (int level = 1; level <= DeltaWaves.LEVELS && !waves.isEmpty(); level++) {
      List<String> keys = records.values().stream().sorted().toList();
      JavaPairRDD<Integer, Planned> wave = waves.wave(level, keys, published).cache();
      next = laterWave(standing(wave), next, "differences " + level);
      wave.unpersist(false);
    }
  }

  /**
   * Differences whose bases are there and stay: those that earlier runs stored are held first. What
   * stands on others is left out, and stored on its own by a second wave.
   */
  private JavaPairRDD<Integer, Planned> standing(JavaPairRDD<Integer, Planned> wave)
      throws IOException {
    List<String> packs =
        new ArrayList<>(wave.values().flatMap(p -> p.packs().iterator()).distinct().collect());
    packs.removeAll(ownPacks);
    Set<String> gone = held(packs);
    return gone.isEmpty() ? wave : wave.filter(t -> Collections.disjoint(gone, t._2().packs()));
  }

  /** Holds packs of earlier runs; returns those that are gone, or about to. */
  private Set<String> held(List<String> packs) throws IOException {
    run.pin(packs);
    Set<String> gone = new HashSet<>();
    for (String pack : packs) {
      if (!repository.packStays(pack)) {
        gone.add(pack);
      }
    }
    return gone;
  }

  private void encode(List<Unit> order, JavaPairRDD<Integer, Planned> places, String what) {
    sc.setJobDescription(what + ": " + order.size() + " units");
    UnitPartitioner partitioner = new UnitPartitioner(order);
    JavaRDD<Tuple2<Integer, Planned>> byUnit =
        places.partitionBy(partitioner).map(t -> new Tuple2<>(t._1(), t._2()));
    List<UnitTask.Done> done =
        sc.parallelize(order, order.size())
            .zipPartitions(
                byUnit, new UnitTask(context, meter.done(), meter.stored(), meter.chunks()))
            .collect();
    for (UnitTask.Done d : done) {
      records.put(d.unit(), d.key());
      d.summary().packs().forEach(pack -> ownPacks.add(pack.id()));
      sums.add(d);
    }
  }

  private int shufflePartitions(long rows) {
    return (int) Math.min(Math.max(sc.defaultParallelism(), rows / 200_000), 4000);
  }

  /** The units' chunks with one place each; chunks that nobody stored are encoded before. */
  private Reconciler reconcile() throws IOException {
    meter.stage("reconcile", 0, 0);
    Set<String> gone = new HashSet<>();
    int next = 1 + records.keySet().stream().mapToInt(i -> i).max().orElse(0);
    for (int wave = 0; ; wave++) {
      Reconciler reconciler = reconciler(gone);
      sc.setJobDescription("reconcile: places of chunks");
      boolean lost = gone.addAll(held(reconciler.reusedPacks()));
      List<Tuple2<Integer, Follower>> missing = lost ? List.of() : reconciler.missing(MAX_MISSING);
      if (!lost && (missing.isEmpty() || wave >= MAX_WAVES)) {
        return reconciler;
      }
      reconciler.close();
      if (!missing.isEmpty()) {
        JavaPairRDD<Integer, Planned> alone =
            sc.parallelizePairs(missing).mapValues(Planned::alone);
        next = laterWave(alone, next, "second wave");
      }
    }
  }

  private Reconciler reconciler(Set<String> gone) throws IOException {
    List<Tuple2<Integer, String>> keys = new ArrayList<>();
    records.forEach((unit, key) -> keys.add(new Tuple2<>(unit, key)));
    keys.sort(Comparator.comparingInt(Tuple2::_1));
    int parts = Math.min(keys.size(), Math.max(sc.defaultParallelism(), keys.size() / 8));
    JavaRDD<Mention> mentions = sc.parallelize(keys, parts).mapPartitions(new UnitRows(context));
    Set<String> lost = Set.copyOf(gone);
    JavaRDD<ChunkTable.Row> there =
        published.filter(r -> lost.isEmpty() || Collections.disjoint(lost, r.packs()));
    return new Reconciler(mentions, there, shufflePartitions(sums.chunks));
  }

  /** Stores chunks that an earlier wave passed over, each unit those of one unit of the first. */
  private int laterWave(JavaPairRDD<Integer, Planned> chunks, int firstNumber, String what) {
    JavaPairRDD<Integer, Planned> kept = chunks.cache();
    List<Integer> readers = new ArrayList<>(kept.keys().distinct().collect());
    readers.sort(Comparator.naturalOrder());
    Map<Integer, Integer> numbers = new HashMap<>();
    List<Unit> order = new ArrayList<>();
    for (int reader : readers) {
      Unit of = units.get(reader);
      int number = firstNumber + order.size();
      numbers.put(reader, number);
      Unit unit =
          new Unit(number, Kind.CHUNKS, of.parts(), of.fromBytes(), of.toBytes(), of.large());
      order.add(unit);
      laterUnits.put(number, unit);
    }
    if (!order.isEmpty()) {
      HashMap<Integer, Integer> renumbered = new HashMap<>(numbers);
      encode(
          order,
          kept.mapToPair(t -> new Tuple2<>(renumbered.get(t._1()), t._2())),
          "compress: " + what);
    }
    kept.unpersist(false);
    return firstNumber + order.size();
  }

  private CompressResult publish(List<Slice> slices) throws IOException {
    Map<Integer, List<Integer>> slicesOfUnit = new HashMap<>();
    List<AssembleTask.Work> work = new ArrayList<>();
    for (Slice slice : slices) {
      List<Tuple2<Integer, String>> own = new ArrayList<>();
      for (Unit unit : units.values()) {
        if (unit.parts().stream().anyMatch(p -> p.slice() == slice.index())) {
          own.add(new Tuple2<>(unit.number(), records.get(unit.number())));
          slicesOfUnit.computeIfAbsent(unit.number(), u -> new ArrayList<>()).add(slice.index());
        }
      }
      for (Unit unit : laterUnits.values()) {
        if (unit.parts().stream().anyMatch(p -> p.slice() == slice.index())) {
          own.add(new Tuple2<>(unit.number(), records.get(unit.number())));
        }
      }
      own.sort(Comparator.comparingInt(Tuple2::_1));
      work.add(new AssembleTask.Work(slice.index(), slice.key(), own));
    }
    List<AssembleTask.Done> assembled = new ArrayList<>();
    if (records.isEmpty()) {
      assembled.addAll(assemble(work, JavaPairRDD.fromJavaRDD(sc.emptyRDD())));
    } else {
      try (Reconciler reconciler = reconcile()) {
        assembled.addAll(
            assemble(
                work,
                reconciler
                    .placed()
                    .flatMapToPair(
                        p ->
                            slicesOfUnit.getOrDefault(p._1(), List.of()).stream()
                                .map(s -> new Tuple2<>(s, p._2()))
                                .iterator())));
      }
    }
    assembled.sort(Comparator.comparingInt(AssembleTask.Done::slice));
    List<Publications.Slice> decided = new ArrayList<>();
    for (AssembleTask.Done a : assembled) {
      decided.add(new Publications.Slice(a.slice(), context.source(), a.key(), a.chunksKey()));
      sums.addedBytes += a.addedBytes();
      warn(a.warnings());
    }
    List<PublishTask.Done> done =
        new ArrayList<>(
            Publications.publish(sc, options.store(), context.hadoop(), run, store, decided));
    done.sort(Comparator.comparingInt(PublishTask.Done::slice));
    if (waves != null) {
      sums.addedBytes += waves.keepSketches(records.values().stream().sorted().toList());
    }
    return result(done);
  }

  private void warn(List<String> more) {
    more.stream()
        .limit(Math.max(0, CompressResult.MAX_FAILED - warnings.size()))
        .forEach(warnings::add);
  }

  private List<AssembleTask.Done> assemble(
      List<AssembleTask.Work> work, JavaPairRDD<Integer, Reconciler.Placed> placed) {
    if (work.isEmpty()) {
      return List.of();
    }
    meter.stage("publish", 0, 0);
    sc.setJobDescription("publish: manifests of " + work.size() + " slices");
    SlicePartitioner partitioner = new SlicePartitioner(work.size());
    return sc.parallelize(work, work.size())
        .zipPartitions(
            placed.partitionBy(partitioner).map(t -> new Tuple2<>(t._1(), t._2())),
            new AssembleTask(context))
        .collect();
  }

  private CompressResult result(List<PublishTask.Done> done) throws IOException {
    List<ModelResult> failed = new ArrayList<>();
    List<String> keys = new ArrayList<>();
    for (PublishTask.Done d : done) {
      keys.add(d.resultKey());
      sums.add(d);
      d.failed().stream().limit(CompressResult.MAX_FAILED - failed.size()).forEach(failed::add);
    }
    sums.addedBytes += store.addedBytes();
    sc.setJobDescription(null);
    String uri = options.store();
    Configuration hadoop = context.hadoop().value().value();
    CompressResult.ModelWalk walk =
        each -> {
          try (ObjectStore reopened = Stores.open(uri, hadoop)) {
            for (String key : keys) {
              JsonLines.read(key, reopened.get(key, 1 << 30), ModelResult.class, each);
            }
          }
        };
    return new CompressResult(
        run.id(),
        options.source(),
        options.store(),
        sums.totals(),
        sums.work(System.nanoTime() - start, meter.wallNanos()),
        failed,
        warnings,
        walk);
  }
}
