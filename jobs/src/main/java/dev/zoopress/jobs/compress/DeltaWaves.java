package dev.zoopress.jobs.compress;

import dev.zoopress.jobs.delta.DeltaPlanner;
import dev.zoopress.jobs.delta.Planned;
import dev.zoopress.jobs.delta.Sketch;
import dev.zoopress.jobs.delta.Target;
import dev.zoopress.jobs.index.ChunkTable;
import dev.zoopress.jobs.plan.HintTask.Hinted;
import dev.zoopress.jobs.plan.Leaders.Follower;
import dev.zoopress.jobs.plan.RunContext;
import dev.zoopress.jobs.plan.RunFolder;
import dev.zoopress.jobs.reconcile.BasePlaces;
import dev.zoopress.jobs.store.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * The differences that a run is going to store: the first wave only hashes their chunks, the waves
 * behind it store them on what was stored before.
 */
final class DeltaWaves implements AutoCloseable {
  /** Waves of differences: what stands on bases, then what stands on that. */
  static final int LEVELS = 2;

  private final RunContext context;
  private final JavaSparkContext sc;
  private final JavaRDD<Sketch> sketches;
  private final JavaRDD<Target> targets;
  private final PublishedBases bases;
  private final List<JavaRDD<?>> cached = new ArrayList<>();

  /**
   * Plans what follows from the sketches in {@code hinted}.
   *
   * @param first whether nothing is published yet
   */
  DeltaWaves(JavaSparkContext sc, RunContext context, List<Hinted> hinted, boolean first) {
    this.sc = sc;
    this.context = context;
    List<String> keys = new ArrayList<>();
    hinted.stream().map(Hinted::sketches).filter(k -> !k.isEmpty()).forEach(keys::add);
    if (keys.isEmpty()) {
      sketches = sc.emptyRDD();
      targets = sc.emptyRDD();
      bases = PublishedBases.none(sc);
      return;
    }
    RunContext own = context;
    sketches = sc.parallelize(keys, keys.size()).mapPartitions(p -> read(own, p)).cache();
    cached.add(sketches);
    bases = first ? PublishedBases.none(sc) : PublishedBases.of(sc, context, sketches);
    targets =
        DeltaPlanner.plan(sc, sketches.union(bases.sketches()))
            .persist(StorageLevel.MEMORY_AND_DISK());
    cached.add(targets);
  }

  private static Iterator<Sketch> read(RunContext context, Iterator<String> keys)
      throws IOException {
    List<Sketch> rows = new ArrayList<>();
    try (ObjectStore store = context.openStore()) {
      RunFolder run = new RunFolder(store, context.runId());
      while (keys.hasNext()) {
        run.read(keys.next(), Sketch.class, rows::add);
      }
    }
    return rows.iterator();
  }

  /** What stands on published bases alone, so that the first wave can store it. */
  JavaPairRDD<Integer, Planned> ready(JavaRDD<ChunkTable.Row> published) {
    return bases.isNone()
        ? JavaPairRDD.fromJavaRDD(sc.emptyRDD())
        : keep(BasePlaces.ready(targets, published, bases.ids()));
  }

  /**
   * What the first wave stores as a difference, {@code ready}, or only hashes: duplicates, and what
   * later waves store.
   */
  JavaPairRDD<Integer, Planned> first(
      JavaPairRDD<Integer, Follower> followers, JavaPairRDD<Integer, Planned> ready) {
    JavaPairRDD<Integer, Planned> hashed =
        followers
            .union(targets.mapToPair(t -> new Tuple2<>(t.unit(), t.place().follower())))
            .mapValues(Planned::alone)
            .distinct();
    if (bases.isNone()) {
      return hashed;
    }
    JavaPairRDD<Tuple2<Integer, Follower>, Boolean> duplicates =
        followers.mapToPair(t -> new Tuple2<>(t, true));
    JavaPairRDD<Tuple2<Integer, Follower>, Planned> stored =
        keep(keyed(ready).subtractByKey(duplicates));
    return unkeyed(keyed(hashed).subtractByKey(stored)).union(unkeyed(stored));
  }

  private static JavaPairRDD<Tuple2<Integer, Follower>, Planned> keyed(
      JavaPairRDD<Integer, Planned> planned) {
    return planned.mapToPair(t -> new Tuple2<>(new Tuple2<>(t._1(), t._2().place()), t._2()));
  }

  private static JavaPairRDD<Integer, Planned> unkeyed(
      JavaPairRDD<Tuple2<Integer, Follower>, Planned> planned) {
    return planned.mapToPair(t -> new Tuple2<>(t._1()._1(), t._2()));
  }

  /** What the wave of {@code level} stores, by the unit that read it in the first. */
  JavaPairRDD<Integer, Planned> wave(
      int level, List<String> records, JavaRDD<ChunkTable.Row> published) {
    JavaRDD<Target> own = targets.filter(t -> t.level() == level);
    int parts = Math.max(1, Math.min(records.size(), sc.defaultParallelism() * 4));
    return BasePlaces.resolve(context, own, sc.parallelize(records, parts), published, bases.ids());
  }

  /** Keeps in the index what was stored without a base; returns the bytes that the store gained. */
  long keepSketches(List<String> records) {
    if (sketches.getNumPartitions() == 0 || records.isEmpty()) {
      return 0;
    }
    int parts = Math.max(1, Math.min(records.size(), sc.defaultParallelism() * 4));
    return SketchRecorder.record(context, sketches, sc.parallelize(records, parts), parts);
  }

  boolean isEmpty() {
    return targets.isEmpty();
  }

  private <K, V> JavaPairRDD<K, V> keep(JavaPairRDD<K, V> rdd) {
    JavaPairRDD<K, V> kept = rdd.cache();
    cached.add(kept.rdd().toJavaRDD());
    return kept;
  }

  @Override
  public void close() {
    cached.forEach(rdd -> rdd.unpersist(false));
    bases.close();
  }
}
