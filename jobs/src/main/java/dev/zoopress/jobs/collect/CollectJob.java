package dev.zoopress.jobs.collect;

import dev.zoopress.jobs.collect.CollectOptions.Mode;
import dev.zoopress.jobs.collect.CollectResult.Sum;
import dev.zoopress.jobs.collect.CollectResult.Unreachable;
import dev.zoopress.jobs.collect.Garbage.Stage;
import dev.zoopress.jobs.index.SketchTable;
import dev.zoopress.jobs.index.TableRebuild;
import dev.zoopress.jobs.inspect.Published;
import dev.zoopress.jobs.publish.Publications;
import dev.zoopress.jobs.store.Lease;
import dev.zoopress.jobs.store.ObjectInfo;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Run;
import dev.zoopress.jobs.store.Runs;
import dev.zoopress.jobs.store.StoreAccess;
import dev.zoopress.jobs.store.Stores;
import dev.zoopress.jobs.store.Verdicts;
import dev.zoopress.jobs.store.Verdicts.Pending;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Removes what nothing refers to; see the package for the order of things. Never waits: one call
 * condemns, and one that comes after the grace period looks again and removes.
 */
public final class CollectJob {
  /** A file or upload that is written to is touched more often than that, whatever the grace. */
  private static final Duration LEFTOVER_REST = Duration.ofDays(1);

  private final SparkSession spark;
  private final CollectOptions options;
  private final Clock clock;

  public CollectJob(SparkSession spark, CollectOptions options) {
    this(spark, options, Clock.systemUTC());
  }

  /** With the clock that leases, grace and rest periods go by. */
  public CollectJob(SparkSession spark, CollectOptions options, Clock clock) {
    this.spark = Objects.requireNonNull(spark);
    this.options = Objects.requireNonNull(options);
    this.clock = clock;
  }

  /**
   * Does one call's work.
   *
   * @throws dev.zoopress.jobs.store.LeaseHeldException if another gc or optimize is at work
   * @throws dev.zoopress.jobs.store.RepositoryNotFoundException if there is no repository
   */
  public CollectResult execute() throws IOException {
    JavaSparkContext sc = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    Broadcast<SerializableConfiguration> conf = sc.broadcast(new SerializableConfiguration(hadoop));
    try (ObjectStore store = Stores.open(options.store(), hadoop)) {
      Repository repository = Repository.open(store);
      Execution execution = new Execution(sc, repository, new StoreAccess(options.store(), conf));
      if (options.mode() == Mode.DRY_RUN) {
        return execution.look();
      }
      try (Lease lease = repository.exclusive(options.runId(), "gc", clock)) {
        return execution.remove();
      }
    } finally {
      conf.destroy();
    }
  }

  private final class Execution {
    private final JavaSparkContext sc;
    private final Repository repository;
    private final StoreAccess access;
    private final Verdicts verdicts;
    private final Marking marking;
    private final long now = clock.millis();
    private final List<String> dead = new ArrayList<>();
    private Sum freed = Sum.NONE;
    private long spared;

    Execution(JavaSparkContext sc, Repository repository, StoreAccess access) {
      this.sc = sc;
      this.repository = repository;
      this.access = access;
      this.verdicts = Verdicts.of(repository);
      this.marking = new Marking(sc, access, repository);
    }

    CollectResult look() throws IOException {
      List<Garbage> garbage = marking.garbage(this::holders);
      List<Unreachable> unreachable = unreachable(garbage);
      Sum leftovers = Sum.NONE;
      for (ObjectInfo leftover : leftovers()) {
        leftovers = leftovers.plus(new Sum(1, leftover.sizeBytes()));
      }
      return new CollectResult(
          unreachable, Sum.NONE, Sum.NONE, 0, leftovers, Sum.NONE, List.of(), dead);
    }

    CollectResult remove() throws IOException {
      List<String> completed =
          Publications.completeAbandoned(sc, options.store(), access.hadoop(), repository, clock);
      // What waits now was condemned before the marking that follows.
      List<Pending> waiting = verdicts.pending();
      List<Garbage> garbage = marking.garbage(this::holders);
      free(garbage, keys(garbage, Stage.DECIDED));
      List<Garbage> fresh = garbage.stream().filter(g -> g.stage() == Stage.FRESH).toList();
      verdicts.condemn(fresh.stream().map(Garbage::key).sorted().toList());
      if (options.grace().isZero()) {
        waiting = verdicts.pending();
        garbage = waiting.isEmpty() ? garbage : marking.garbage(this::holders);
      }
      for (Pending list : waiting) {
        if (options.grace().isZero() || now - list.sinceMillis() >= options.grace().toMillis()) {
          decide(list, garbage);
        }
      }
      if (freed.objects() > 0) {
        // Rows of what is gone go with it.
        TableRebuild.run(sc, access);
        SketchTable.forget(repository.store(), Published.models(repository));
      }
      return new CollectResult(
          unreachable(garbage),
          new Sum(fresh.size(), fresh.stream().mapToLong(Garbage::sizeBytes).sum()),
          freed,
          spared,
          removeLeftovers(),
          new EndedRuns(sc, access, repository).trim(clock, this::ended),
          completed,
          dead);
    }

    /** Ids of runs whose pins hold; those that were abandoned are declared dead. */
    private List<String> holders() throws IOException {
      List<Runs.Standing> open = new ArrayList<>();
      Runs.list(
          repository,
          clock,
          run -> {
            if (run.phase() == Run.Phase.OPEN || run.phase() == Run.Phase.PUBLISHING) {
              open.add(run);
            }
          });
      List<String> holders = new ArrayList<>();
      for (Runs.Standing run : open) {
        boolean abandoned =
            run.phase() == Run.Phase.OPEN
                && !run.alive()
                && run.idleMillis(now) >= options.grace().toMillis();
        if (abandoned
            && (options.mode() == Mode.DRY_RUN || Run.of(repository, run.id()).declareDead())) {
          dead.add(run.id());
        } else {
          holders.add(run.id());
        }
      }
      return holders;
    }

    /** Ended long enough ago that no straggler of the run works any more. */
    private boolean ended(Runs.Standing run) {
      boolean over = run.phase() == Run.Phase.FINISHED || run.phase() == Run.Phase.DEAD;
      long rest = Math.max(options.grace().toMillis(), LEFTOVER_REST.toMillis());
      return over && !run.alive() && run.idleMillis(now) >= rest;
    }

    private void decide(Pending list, List<Garbage> garbage) throws IOException {
      Set<String> gone = new HashSet<>(keys(garbage, Stage.WAITING));
      List<String> condemned = verdicts.keys(list);
      List<String> verdict =
          verdicts.decide(list, condemned.stream().filter(gone::contains).toList());
      spared += condemned.size() - verdict.size();
      free(garbage, verdict);
    }

    private static List<String> keys(List<Garbage> garbage, Stage stage) {
      return garbage.stream().filter(g -> g.stage() == stage).map(Garbage::key).toList();
    }

    private void free(List<Garbage> garbage, List<String> keys) {
      if (keys.isEmpty()) {
        return;
      }
      sc.setJobDescription("gc: remove " + keys.size() + " objects");
      int parts = Math.min(keys.size(), Math.max(sc.defaultParallelism(), keys.size() / 200));
      StoreAccess.Step<String, String> delete =
          (in, key, out) -> {
            if (in.store().delete(key)) {
              out.accept(key);
            }
          };
      List<String> removed =
          sc.parallelize(keys, parts).mapPartitions(access.each(delete)).collect();
      Map<String, Long> sizes = new HashMap<>();
      garbage.forEach(g -> sizes.put(g.key(), g.sizeBytes()));
      for (String key : removed) {
        freed = freed.plus(new Sum(1, sizes.getOrDefault(key, 0L)));
      }
      Set<String> gone = new HashSet<>(keys);
      garbage.removeIf(g -> gone.contains(g.key()));
      sc.setJobDescription(null);
    }

    private List<Unreachable> unreachable(List<Garbage> garbage) throws IOException {
      Map<String, Long> since = new HashMap<>();
      for (Pending list : verdicts.pending()) {
        verdicts.keys(list).forEach(key -> since.merge(key, list.sinceMillis(), Math::min));
      }
      return garbage.stream()
          .map(g -> new Unreachable(g.key(), g.sizeBytes(), since.getOrDefault(g.key(), 0L)))
          .sorted(Comparator.comparing(Unreachable::key))
          .toList();
    }

    private List<ObjectInfo> leftovers() throws IOException {
      long before = now - Math.max(options.grace().toMillis(), LEFTOVER_REST.toMillis());
      List<ObjectInfo> old = new ArrayList<>();
      repository
          .store()
          .leftovers(
              leftover -> {
                if (leftover.modifiedMillis() <= before) {
                  old.add(leftover);
                }
              });
      return old;
    }

    private Sum removeLeftovers() throws IOException {
      Sum removed = Sum.NONE;
      for (ObjectInfo leftover : leftovers()) {
        if (repository.store().removeLeftover(leftover)) {
          removed = removed.plus(new Sum(1, leftover.sizeBytes()));
        }
      }
      return removed;
    }
  }
}
