package dev.zoopress.jobs.compress;

import dev.zoopress.jobs.compress.CompressOptions.Flag;
import dev.zoopress.jobs.estimate.EstimateJob;
import dev.zoopress.jobs.publish.Publications;
import dev.zoopress.jobs.source.SourceTree;
import dev.zoopress.jobs.store.ConflictException;
import dev.zoopress.jobs.store.CountingStore;
import dev.zoopress.jobs.store.Lease;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Run;
import dev.zoopress.jobs.store.Runs;
import dev.zoopress.jobs.store.Stores;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Compresses a source into a store: scan, plan, compress, reconcile, publish. The driver holds a
 * row per model, unit and pack at most, never chunks or files.
 */
public final class CompressJob {
  private final SparkSession spark;
  private final JavaSparkContext sc;
  private final CompressOptions options;
  private final Progress progress;
  private final Clock clock;

  public CompressJob(SparkSession spark, CompressOptions options, Progress progress) {
    this(spark, options, progress, Clock.systemUTC());
  }

  /** With the clock that leases go by. */
  public CompressJob(SparkSession spark, CompressOptions options, Progress progress, Clock clock) {
    this.spark = Objects.requireNonNull(spark);
    this.sc = JavaSparkContext.fromSparkContext(spark.sparkContext());
    this.options = Objects.requireNonNull(options);
    this.progress = Objects.requireNonNull(progress);
    this.clock = clock;
  }

  /**
   * Runs to the end; models that fail are part of the result.
   *
   * @throws IOException if source or store cannot be used
   */
  public CompressResult execute() throws IOException {
    long start = System.nanoTime();
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    // Looked at first: a mistyped source leaves no store behind.
    SourceTree source = SourceTree.open(options.source(), hadoop);
    Broadcast<SerializableConfiguration> conf = sc.broadcast(new SerializableConfiguration(hadoop));
    try (CountingStore store = new CountingStore(Stores.open(options.store(), hadoop))) {
      if (options.has(Flag.DRY_RUN)) {
        return new EstimateJob(spark, options, source, conf, progress).execute();
      }
      Repository repository = Repository.create(store);
      Publications.completeAbandoned(sc, options.store(), conf, repository, clock);
      String id =
          options.runId().isEmpty()
              ? "compress-" + UUID.randomUUID().toString().substring(0, 18)
              : options.runId();
      Run run = Run.of(repository, id);
      String purpose = "compress " + source.root();
      try (Lease lease = run.hold(purpose, clock)) {
        if (run.phase() != Run.Phase.OPEN) {
          throw new ConflictException("run id " + id + " was used before: choose another");
        }
        List<String> resumable = resumable(repository, id, purpose);
        CompressResult result =
            new CompressRun(
                    sc, options, progress, repository, store, run, source, resumable, conf, start)
                .run();
        retire(repository, resumable);
        return result;
      }
    } finally {
      conf.destroy();
    }
  }

  /** Runs of the same purpose that stopped before they decided anything, in order of name. */
  private List<String> resumable(Repository repository, String own, String purpose)
      throws IOException {
    List<String> open = new ArrayList<>();
    Runs.listSound(
        repository,
        clock,
        run -> {
          if (run.phase() == Run.Phase.OPEN
              && run.purpose().equals(purpose)
              && !run.id().equals(own)) {
            open.add(run.id());
          }
        });
    return open;
  }

  /** What stopped runs of this purpose had done is taken over: they hold nothing any more. */
  private void retire(Repository repository, List<String> runs) throws IOException {
    for (String id : runs) {
      if (!Runs.standing(repository, id, clock).alive()) {
        Run.of(repository, id).declareDead();
      }
    }
  }
}
