package dev.zoopress.jobs.estimate;

import dev.zoopress.jobs.compress.CompressOptions;
import dev.zoopress.jobs.compress.CompressOptions.Flag;
import dev.zoopress.jobs.compress.CompressResult;
import dev.zoopress.jobs.compress.MemoryBound;
import dev.zoopress.jobs.compress.Progress;
import dev.zoopress.jobs.compress.ProgressMeter;
import dev.zoopress.jobs.delta.DeltaPlanner;
import dev.zoopress.jobs.delta.Place;
import dev.zoopress.jobs.delta.Target;
import dev.zoopress.jobs.index.ChunkIndex;
import dev.zoopress.jobs.plan.Hints.Hint;
import dev.zoopress.jobs.plan.ModelFinder;
import dev.zoopress.jobs.plan.PlannedContent;
import dev.zoopress.jobs.plan.PlannedModel;
import dev.zoopress.jobs.plan.RunContext;
import dev.zoopress.jobs.plan.SliceTask;
import dev.zoopress.jobs.source.SourceTree;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Stores;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.Optional;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * Estimates what compress would store, per model and per technique. Reads at most 2 % of the bytes
 * and writes nothing, not even a store. The driver holds a row per model.
 */
public final class EstimateJob {
  private static final StorageLevel KEPT = StorageLevel.MEMORY_AND_DISK();

  private final JavaSparkContext sc;
  private final CompressOptions options;
  private final SourceTree source;
  private final RunContext context;
  private final Progress progress;
  private final List<JavaRDD<?>> kept = new ArrayList<>();

  public EstimateJob(
      SparkSession spark,
      CompressOptions options,
      SourceTree source,
      Broadcast<SerializableConfiguration> conf,
      Progress progress) {
    this.sc = JavaSparkContext.fromSparkContext(spark.sparkContext());
    this.options = Objects.requireNonNull(options);
    this.source = Objects.requireNonNull(source);
    this.progress = Objects.requireNonNull(progress);
    this.context =
        new RunContext(
            "",
            source.root(),
            source.layout(),
            options.store(),
            options.effort(),
            options.has(Flag.FORCE),
            !options.has(Flag.NO_DELTA),
            List.of(),
            conf);
  }

  /**
   * Plans and samples.
   *
   * @throws IOException if the source cannot be listed
   */
  public CompressResult execute() throws IOException {
    long start = System.nanoTime();
    long bound = MemoryBound.check(sc, options.effort(), context.delta());
    List<String> warnings = new ArrayList<>();
    try (ProgressMeter meter = new ProgressMeter(sc.sc(), progress)) {
      meter.stage("scan", 0, 0);
      List<SliceTask.Models> slices =
          ModelFinder.slices(
              ModelFinder.find(sc, options.source(), source, context.hadoop(), warnings::add),
              sc.defaultParallelism());
      RunContext own = context;
      sc.setJobDescription("estimate: list models");
      JavaRDD<SlicedModel> models =
          keep(
              sc.parallelize(slices, Math.max(1, slices.size()))
                  .mapPartitions(p -> models(own, p)));
      long files = models.mapToDouble(m -> m.contents().size()).sum().longValue();
      meter.stage("plan", 0, 0);
      JavaRDD<Look> looks =
          keep(
              models
                  .flatMap(m -> m.contents().iterator())
                  .repartition((int) Math.max(1, Math.min(files, 4L * sc.defaultParallelism())))
                  .mapPartitions(new LookTask(context)));
      LongAccumulator sampled = sc.sc().longAccumulator("bytes of samples");
      JavaPairRDD<Hint, Stored> stored = stored(looks, sampled);
      meter.stage("sample", 0, 0);
      Sums sums = new Sums(models, looks, stored);
      return sums.result(
          options, warnings, sampled.value(), bound, System.nanoTime() - start, meter.wallNanos());
    } finally {
      kept.forEach(rdd -> rdd.unpersist(false));
      sc.setJobDescription(null);
    }
  }

  private <T> JavaRDD<T> keep(JavaRDD<T> rdd) {
    JavaRDD<T> persisted = rdd.persist(KEPT);
    kept.add(persisted);
    return persisted;
  }

  private static Iterator<SlicedModel> models(RunContext context, Iterator<SliceTask.Models> slices)
      throws IOException {
    List<SlicedModel> models = new ArrayList<>();
    try (ObjectStore store = context.openStore()) {
      while (slices.hasNext()) {
        SliceTask.Models slice = slices.next();
        int number = 0;
        for (PlannedModel planned : new SliceTask(context).plan(slice, store)) {
          models.add(new SlicedModel(slice.slice(), number++, planned));
        }
      }
    }
    return models.iterator();
  }

  /** What each chunk that would be stored, or is published, takes. */
  private JavaPairRDD<Hint, Stored> stored(JavaRDD<Look> looks, LongAccumulator sampled)
      throws IOException {
    sc.setJobDescription("estimate: headers and sketches");
    JavaPairRDD<Hint, Piece> leaders =
        looks
            .flatMap(look -> look.pieces().iterator())
            .mapToPair(piece -> new Tuple2<>(piece.hint(), piece))
            .reduceByKey((x, y) -> x.place().compareTo(y.place()) <= 0 ? x : y);
    JavaPairRDD<Hint, Stored> known = published();
    JavaPairRDD<Place, Piece> open =
        leaders.subtractByKey(known).mapToPair(t -> new Tuple2<>(t._2().place(), t._2()));
    JavaPairRDD<Place, Target> targets =
        DeltaPlanner.plan(sc, keep(looks.flatMap(look -> look.sketches().iterator())))
            .mapToPair(t -> new Tuple2<>(t.place(), t))
            .reduceByKey((x, y) -> x.level() <= y.level() ? x : y);
    JavaPairRDD<Place, Look> contents =
        looks.mapToPair(look -> new Tuple2<>(start(look.content()), look));
    JavaPairRDD<Place, PlannedContent> bases = contents.mapValues(Look::content);
    JavaRDD<Tuple2<Piece, Optional<Target>>> planned = keep(open.leftOuterJoin(targets).values());
    JavaRDD<Chosen> alone =
        planned.filter(t -> !t._2().isPresent()).map(t -> new Chosen(t._1(), null, null));
    JavaRDD<Chosen> onBase =
        planned
            .filter(t -> t._2().isPresent())
            .mapToPair(t -> new Tuple2<>(t._2().get().needs().get(0).contentStart(), t))
            .join(bases)
            .values()
            .map(t -> new Chosen(t._1()._1(), t._1()._2().get(), t._2()));
    JavaPairRDD<Place, Chosen> chosen =
        alone.union(onBase).mapToPair(c -> new Tuple2<>(c.piece().place().contentStart(), c));
    JavaRDD<SampleTask.Work> work =
        chosen
            .groupByKey()
            .join(contents.mapValues(look -> new Tuple2<>(look.content(), look.bytesRead())))
            .values()
            .map(t -> new SampleTask.Work(t._2()._1(), t._2()._2(), list(t._1())));
    JavaRDD<Tuple2<Hint, Stored>> estimated =
        keep(work.mapPartitions(new SampleTask(context, sampled)));
    return estimated.mapToPair(t -> t).union(known);
  }

  private static Place start(PlannedContent content) {
    return new Place(content.slice(), content.model(), content.index(), 0);
  }

  private static <T> List<T> list(Iterable<T> values) {
    List<T> all = new ArrayList<>();
    values.forEach(all::add);
    return all;
  }

  private JavaPairRDD<Hint, Stored> published() throws IOException {
    List<String> keys;
    try (ObjectStore store = Stores.open(context.storeUri(), context.hadoop().value().value())) {
      keys = ChunkIndex.keys(store);
    }
    return ChunkIndex.rows(sc, context, keys)
        .filter(r -> r.hintHigh() != 0 || r.hintLow() != 0)
        .mapToPair(
            r ->
                new Tuple2<>(
                    new Hint(r.hintHigh(), r.hintLow()),
                    new Stored(null, "entropy", r.frameStoredBytes())))
        .reduceByKey((x, y) -> x.bytes() <= y.bytes() ? x : y);
  }
}
