package dev.zoopress.jobs.optimize;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.pack.PackFrame;
import dev.zoopress.codec.pack.PackReader;
import dev.zoopress.jobs.compress.MemoryBound;
import dev.zoopress.jobs.compress.ModelResult;
import dev.zoopress.jobs.compress.Progress;
import dev.zoopress.jobs.delta.DeltaPlanner;
import dev.zoopress.jobs.delta.Place;
import dev.zoopress.jobs.index.ChunkIndex;
import dev.zoopress.jobs.index.ChunkTable;
import dev.zoopress.jobs.inspect.Published;
import dev.zoopress.jobs.optimize.Choice.Candidate;
import dev.zoopress.jobs.optimize.OptimizeOptions.Mode;
import dev.zoopress.jobs.optimize.Survey.Found;
import dev.zoopress.jobs.publish.Moved;
import dev.zoopress.jobs.publish.Publications;
import dev.zoopress.jobs.publish.RepointTask;
import dev.zoopress.jobs.publish.RepointTask.Models;
import dev.zoopress.jobs.store.ConflictException;
import dev.zoopress.jobs.store.Lease;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Run;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.LongAccumulator;
import scala.Tuple2;

/**
 * Replans bases over the whole store and rewrites the packs that pay most, within a budget; see the
 * package. The driver holds a row per pack, and the names of models.
 */
public final class OptimizeJob {
  private static final int MODELS_PER_SLICE = 64;

  private final SparkSession spark;
  private final JavaSparkContext sc;
  private final OptimizeOptions options;
  private final Progress progress;
  private final Clock clock;

  public OptimizeJob(SparkSession spark, OptimizeOptions options, Progress progress) {
    this(spark, options, progress, Clock.systemUTC());
  }

  /** With the clock that leases go by. */
  public OptimizeJob(SparkSession spark, OptimizeOptions options, Progress progress, Clock clock) {
    this.spark = Objects.requireNonNull(spark);
    this.sc = JavaSparkContext.fromSparkContext(spark.sparkContext());
    this.options = Objects.requireNonNull(options);
    this.progress = Objects.requireNonNull(progress);
    this.clock = Objects.requireNonNull(clock);
  }

  /**
   * Runs to the end. Whatever stops it leaves every revision as it was or as it is to be.
   *
   * @throws dev.zoopress.jobs.store.LeaseHeldException if another optimize or gc is at work
   * @throws dev.zoopress.jobs.store.RepositoryNotFoundException if there is no repository
   */
  public OptimizeResult execute() throws IOException {
    StoreAccess access = StoreAccess.of(spark, options.store());
    try (ObjectStore store = access.open()) {
      Repository repository = Repository.open(store);
      MemoryBound.check(sc, options.effort(), true);
      if (options.mode() == Mode.DRY_RUN) {
        try (Execution execution = new Execution(access, repository)) {
          return execution.look();
        }
      }
      try (Lease exclusive = repository.exclusive(options.runId(), "optimize", clock)) {
        Publications.completeAbandoned(sc, options.store(), access.hadoop(), repository, clock);
        Run run = Run.of(repository, options.runId());
        try (Lease lease = run.hold("optimize", clock);
            Execution execution = new Execution(access, repository)) {
          if (run.phase() != Run.Phase.OPEN) {
            throw new ConflictException("run id " + run.id() + " was used before: choose another");
          }
          OptimizeResult result = execution.rewrite(run);
          if (run.phase() == Run.Phase.OPEN) {
            // Nothing is to be published: its pins hold no longer.
            run.declareDead();
          }
          return result;
        }
      }
    } finally {
      sc.setJobDescription(null);
      access.release();
    }
  }

  /** The state of one execution. */
  private final class Execution implements AutoCloseable {
    private final StoreAccess access;
    private final Repository repository;
    private final List<Models> slices = new ArrayList<>();
    private final List<JavaRDD<?>> cached = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private JavaPairRDD<ChunkId, Held> held;
    private JavaPairRDD<ChunkId, Offer> offers;
    private JavaRDD<Seen> seen;
    private List<Candidate> candidates = List.of();

    Execution(StoreAccess access, Repository repository) {
      this.access = access;
      this.repository = repository;
    }

    private <T> JavaRDD<T> keep(JavaRDD<T> rdd) {
      JavaRDD<T> kept = rdd.persist(StorageLevel.MEMORY_AND_DISK());
      cached.add(kept);
      return kept;
    }

    private <K, V> JavaPairRDD<K, V> keep(JavaPairRDD<K, V> rdd) {
      return JavaPairRDD.fromJavaRDD(keep(rdd.map(t -> t)));
    }

    private void stage(String name) {
      progress.update(new Progress.Snapshot(name, 0, 0, 0, 0, 0));
      sc.setJobDescription("optimize: " + name);
    }

    private Choice plan() throws IOException {
      stage("scan");
      List<String> models = Published.models(repository);
      int size =
          Math.max(1, Math.min(MODELS_PER_SLICE, models.size() / (4 * sc.defaultParallelism())));
      for (int from = 0; from < models.size(); from += size) {
        int to = Math.min(models.size(), from + size);
        slices.add(new Models(slices.size(), List.copyOf(models.subList(from, to))));
      }
      if (slices.isEmpty()) {
        return new Choice(List.of(), Map.of(), options.budgetBytes());
      }
      JavaRDD<Found> found =
          keep(sc.parallelize(slices, slices.size()).mapPartitions(new Survey(access)));
      warnings.addAll(found.filter(f -> f.warning() != null).map(Found::warning).take(100));
      int parts = Math.max(sc.defaultParallelism(), slices.size() / 8);
      seen = found.filter(f -> f.seen() != null).map(Found::seen);
      held =
          keep(
              seen.mapToPair(s -> new Tuple2<>(s.id(), Held.of(s))).reduceByKey(Held::plus, parts));
      JavaPairRDD<Place, ChunkId> ids =
          keep(seen.filter(Seen::inFile).mapToPair(s -> new Tuple2<>(s.place(), s.id())));
      stage("plan");
      JavaPairRDD<ChunkId, Wish> wishes =
          Wish.all(
              keep(DeltaPlanner.plan(sc, found.filter(f -> f.sketch() != null).map(Found::sketch))),
              ids);
      stage("trial");
      offers =
          keep(
              Offer.drafts(wishes, held)
                  .values()
                  .repartition(parts * 2)
                  .mapPartitionsToPair(new Trial(access, options.effort())));
      List<Tuple2<String, PackSum>> sums = PackSum.all(held, offers).collect();
      StoreAccess open = access;
      candidates =
          sc.parallelize(sums, Math.max(1, Math.min(sums.size(), parts * 4)))
              .mapPartitions(s -> measure(open, s))
              .collect();
      Map<String, Set<String>> required = new HashMap<>();
      offers
          .values()
          .flatMap(o -> PackSum.required(o).iterator())
          .distinct()
          .collect()
          .forEach(e -> required.computeIfAbsent(e._1(), p -> new HashSet<>()).add(e._2()));
      return new Choice(candidates, required, options.budgetBytes());
    }

    OptimizeResult look() throws IOException {
      return result(plan(), 0, 0, 0, List.of());
    }

    OptimizeResult rewrite(Run run) throws IOException {
      Choice choice = plan();
      Map<String, Integer> units = choice.units();
      if (units.isEmpty()) {
        return result(choice, 0, 0, 0, List.of());
      }
      Broadcast<Map<String, Integer>> chosen = sc.broadcast(new HashMap<>(units));
      try {
        return rewrite(run, choice, chosen);
      } finally {
        chosen.destroy();
      }
    }

    private OptimizeResult rewrite(Run run, Choice choice, Broadcast<Map<String, Integer>> chosen)
        throws IOException {
      stage("rewrite");
      JavaPairRDD<ChunkId, Recipe> recipes = keep(Recipe.all(held, offers, chosen));
      int units = 1 + chosen.value().values().stream().mapToInt(u -> u).max().orElse(0);
      LongAccumulator done = sc.sc().longAccumulator("rewritten bytes");
      JavaRDD<Rewrite.Row> rows =
          keep(
              recipes
                  .values()
                  .filter(r -> r.unit() >= 0)
                  .mapToPair(r -> new Tuple2<>(r.unit(), r))
                  .groupByKey(Math.min(units, 4000))
                  .mapPartitions(new Rewrite(access, run.id(), options.effort(), done)));
      long written =
          rows.filter(r -> r.pack() != null).map(r -> r.pack().sizeBytes()).fold(0L, Long::sum);
      JavaPairRDD<ChunkId, Moved> moved =
          rows.filter(r -> r.moved() != null)
              .mapToPair(r -> new Tuple2<>(r.moved().id(), r.moved()))
              .union(
                  recipes
                      .filter(t -> t._2().unit() < 0)
                      .mapValues(
                          r ->
                              new Moved(
                                  r.held().id(), r.held().length(), r.elsewhere(), false, 0, 0)));
      long stuck = recipes.count() - moved.count();
      JavaPairRDD<ChunkId, Moved> settled = keep(Moves.settled(moved, chosen));
      stage("publish");
      List<RepointTask.Done> prepared = new ArrayList<>(repoint(run, settled, chosen));
      prepared.sort(java.util.Comparator.comparingInt(RepointTask.Done::slice));
      List<Publications.Slice> decided = new ArrayList<>();
      List<ModelResult> failed = new ArrayList<>();
      long models = 0;
      for (RepointTask.Done p : prepared) {
        failed.addAll(p.failed());
        models += p.models();
        if (!p.key().isEmpty()) {
          decided.add(new Publications.Slice(p.slice(), "", p.key(), p.chunksKey()));
        }
      }
      List<String> index = ChunkIndex.keys(repository.store());
      if (!decided.isEmpty()) {
        Publications.publish(sc, options.store(), access.hadoop(), run, repository.store(), decided)
            .forEach(d -> failed.addAll(d.failed()));
      }
      forget(index, chosen);
      return result(choice, written, models, stuck, failed);
    }

    /** Models with the new places of the chunks that they name. */
    private List<RepointTask.Done> repoint(
        Run run, JavaPairRDD<ChunkId, Moved> settled, Broadcast<Map<String, Integer>> chosen) {
      JavaPairRDD<ChunkId, Integer> named =
          seen.flatMapToPair(
                  s -> {
                    int slice = s.inFile() ? s.place().slice() : -1;
                    List<Tuple2<ChunkId, Integer>> names = new ArrayList<>();
                    if (slice >= 0) {
                      names.add(new Tuple2<>(s.id(), slice));
                      Held.below(s.chunk().location(), c -> names.add(new Tuple2<>(c.id(), slice)));
                    }
                    return names.iterator();
                  })
              .distinct();
      JavaPairRDD<Integer, Moved> bySlice =
          named.join(settled).mapToPair(t -> new Tuple2<>(t._2()._1(), t._2()._2()));
      return sc.parallelizePairs(
              slices.stream().map(s -> new Tuple2<>(s.slice(), s)).toList(), slices.size())
          .cogroup(bySlice, slices.size())
          .mapPartitions(new RepointTask(access, run.id(), chosen))
          .collect();
    }

    /** The index names no place that nothing refers to any more. */
    private void forget(List<String> keys, Broadcast<Map<String, Integer>> chosen) {
      if (keys.isEmpty()) {
        return;
      }
      StoreAccess open = access;
      sc.parallelize(keys, Math.min(keys.size(), sc.defaultParallelism() * 4))
          .foreachPartition(
              own -> {
                try (ObjectStore store = open.open()) {
                  while (own.hasNext()) {
                    try {
                      ChunkTable.drop(store, own.next(), chosen.value().keySet());
                    } catch (CorruptContainerException | ObjectNotFoundException e) {
                      // Only a cache; doctor tells about it.
                    }
                  }
                }
              });
    }

    private OptimizeResult result(
        Choice choice, long written, long models, long kept, List<ModelResult> failed) {
      List<Candidate> chosen = choice.chosen();
      long bytes = candidates.stream().mapToLong(Candidate::sizeBytes).sum();
      double gain = chosen.stream().mapToDouble(Candidate::gain).sum();
      long chosenBytes = chosen.stream().mapToLong(Candidate::sizeBytes).sum();
      return new OptimizeResult(
          options.runId(),
          candidates.size(),
          bytes,
          bytes - choice.plannedSaving(),
          chosen.size(),
          chosenBytes,
          chosen.stream().mapToLong(c -> c.sum().raw()).sum(),
          chosenBytes - (long) gain,
          written,
          choice.remaining(),
          models,
          kept,
          failed,
          new ArrayList<>(new TreeSet<>(warnings)));
    }

    @Override
    public void close() {
      cached.forEach(rdd -> rdd.unpersist(false));
    }
  }

  /** Packs that cannot be read are no candidates. */
  private static Iterator<Candidate> measure(
      StoreAccess access, Iterator<Tuple2<String, PackSum>> sums) throws IOException {
    List<Candidate> measured = new ArrayList<>();
    try (ObjectStore store = access.open()) {
      Repository repository = Repository.open(store);
      while (sums.hasNext()) {
        Tuple2<String, PackSum> sum = sums.next();
        try (var pack = repository.packs().open(sum._1())) {
          long frames =
              PackReader.open(pack).frames().stream().mapToLong(PackFrame::storedBytes).sum();
          measured.add(new Candidate(sum._1(), pack.size(), frames, sum._2()));
        } catch (CorruptContainerException
            | UnsupportedVersionException
            | ObjectNotFoundException e) {
          // Nothing of it is touched; verify tells about it.
        }
      }
    }
    return measured.iterator();
  }
}
