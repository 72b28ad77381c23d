package dev.zoopress.jobs.doctor;

import dev.zoopress.codec.Effort;
import dev.zoopress.jobs.compress.MemoryBound;
import dev.zoopress.jobs.doctor.DoctorResult.Check;
import dev.zoopress.jobs.doctor.DoctorResult.Level;
import dev.zoopress.jobs.doctor.DoctorResult.Rebuilt;
import dev.zoopress.jobs.store.Lease;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Run;
import dev.zoopress.jobs.store.Runs;
import dev.zoopress.jobs.store.StoreAccess;
import dev.zoopress.jobs.store.Verdicts;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Examines settings, store, runs and index. Writes nothing but a probe that it removes. */
public final class DoctorJob {
  private static final Duration ABANDONED = Duration.ofDays(1);

  private final SparkSession spark;
  private final JavaSparkContext sc;
  private final String store;
  private final Index index;
  private final Clock clock = Clock.systemUTC();
  private final List<Check> checks = new ArrayList<>();

  /** What is done about the index. */
  public enum Index {
    CHECK,
    REBUILD
  }

  public DoctorJob(SparkSession spark, String store, Index index) {
    this.spark = Objects.requireNonNull(spark);
    this.sc = JavaSparkContext.fromSparkContext(spark.sparkContext());
    this.store = Objects.requireNonNull(store);
    this.index = Objects.requireNonNull(index);
  }

  /**
   * Looks at everything.
   *
   * @throws IOException if the store cannot be reached at all, or there is no repository in it; the
   *     message says why and what to do
   */
  public DoctorResult execute() throws IOException {
    StoreAccess access = StoreAccess.of(spark, store);
    try (ObjectStore objects = access.open()) {
      settings();
      memory();
      Repository repository = Repository.open(objects);
      ok("reach", objects.name() + " can be reached; it is repository " + repository.id());
      checks.addAll(new StoreProbe(objects, clock).run());
      runs(repository);
      garbage(repository);
      leftovers(objects);
      Rebuilt rebuilt = index == Index.REBUILD ? new IndexRebuild(sc, access).run() : null;
      checks.addAll(new IndexCheck(sc, access).run());
      checks.add(new TableCheck(spark, access).run());
      return new DoctorResult(checks, rebuilt);
    } finally {
      sc.setJobDescription(null);
      access.release();
    }
  }

  private void ok(String name, String message) {
    checks.add(new Check(Level.OK, name, message, ""));
  }

  private void add(Level level, String name, String message, String remedy) {
    checks.add(new Check(level, name, message, remedy));
  }

  private void settings() {
    SparkConf conf = sc.getConf();
    ok(
        "versions",
        "Spark "
            + sc.version()
            + ", Java "
            + System.getProperty("java.version")
            + ", master "
            + sc.master());
    if (conf.get("spark.serializer", "").contains("Kryo")) {
      add(
          Level.PROBLEM,
          "serializer",
          "spark.serializer is Kryo, which cannot write records",
          "leave spark.serializer alone");
    }
    boolean secret =
        conf.contains("spark.hadoop.fs.s3a.secret.key")
            && !sc.isLocal()
            && !conf.get("spark.redaction.regex", "(?i)secret").contains("secret");
    if (secret) {
      add(
          Level.NOTE,
          "secrets",
          "the S3 secret key would be shown by Spark's user interface",
          "keep 'secret' in spark.redaction.regex, or use a credentials provider");
    }
    String endpoint = sc.hadoopConfiguration().get("fs.s3a.endpoint", "");
    if (store.startsWith("s3a:") && endpoint.startsWith("http://")) {
      add(
          Level.NOTE,
          "tls",
          "the endpoint " + endpoint + " is spoken to without TLS",
          "use https, unless it is on this machine");
    }
  }

  private void memory() {
    try {
      long bound = MemoryBound.check(sc, Effort.BEST, true);
      ok("memory", "an executor needs at most " + (bound >> 20) + " MiB for buffers; it has room");
    } catch (IOException e) {
      add(
          Level.PROBLEM,
          "memory",
          e.getMessage(),
          "set ZOOPRESS_HEAP, or spark.executor.memory and spark.executor.cores");
    }
  }

  private void runs(Repository repository) throws IOException {
    List<Check> found = new ArrayList<>();
    int[] all = {0};
    Runs.list(
        repository,
        clock,
        run -> {
          all[0]++;
          String what =
              "run " + run.id() + (run.purpose().isEmpty() ? "" : " (" + run.purpose() + ")");
          if (run.alive()) {
            found.add(new Check(Level.OK, "run", what + " is at work", ""));
          } else if (run.phase() == Run.Phase.PUBLISHING) {
            found.add(
                new Check(
                    Level.PROBLEM,
                    "run",
                    what + " stopped while it published" + since(run.lastSignMillis()),
                    "the next compress or gc completes it"));
          } else if (run.phase() == Run.Phase.OPEN && !run.purpose().isEmpty()) {
            found.add(
                new Check(
                    Level.NOTE,
                    "run",
                    what + " stopped before it published" + since(run.lastSignMillis()),
                    "the same compress goes on with it; gc gives it up after its grace period"));
          }
        });
    ok("runs", all[0] + " runs, " + found.size() + " of them not ended");
    checks.addAll(found);
  }

  private static String since(long millis) {
    return millis <= 0 ? "" : ", last seen " + Instant.ofEpochMilli(millis);
  }

  private void garbage(Repository repository) throws IOException {
    Optional<Lease.State> lease = repository.exclusive(clock);
    if (lease.isPresent() && lease.get().held()) {
      ok(
          "lease",
          lease.get().purpose()
              + " is at work on "
              + lease.get().host()
              + " (run "
              + lease.get().owner()
              + ")");
    }
    List<Verdicts.Pending> pending = Verdicts.of(repository).pending();
    if (!pending.isEmpty()) {
      add(
          Level.NOTE,
          "gc",
          pending.size()
              + " condemned lists wait for gc's second look, the first since "
              + Instant.ofEpochMilli(pending.get(0).sinceMillis()),
          "run 'zoopress gc' after its grace period");
    } else {
      ok("gc", "nothing is condemned and waiting");
    }
  }

  private void leftovers(ObjectStore objects) throws IOException {
    long[] old = {0, 0};
    long before = clock.millis() - ABANDONED.toMillis();
    objects.leftovers(
        leftover -> {
          if (leftover.modifiedMillis() < before) {
            old[0]++;
            old[1] += leftover.sizeBytes();
          }
        });
    if (old[0] > 0) {
      add(
          Level.NOTE,
          "uploads",
          old[0]
              + " unfinished files or uploads are older than a day ("
              + old[1]
              + " bytes, where known)",
          "run 'zoopress gc', and set a lifecycle rule that ends incomplete uploads");
    } else {
      ok("uploads", "no abandoned files or uploads");
    }
  }
}
