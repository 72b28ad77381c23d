package dev.zoopress.jobs.report;

import dev.zoopress.eval.report.ReportFolder;
import dev.zoopress.jobs.inspect.StatsJob;
import dev.zoopress.jobs.inspect.StatsResult;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Objects;
import org.apache.spark.sql.SparkSession;

/**
 * Writes {@code report.html}, {@code report.json}, {@code models.csv} and {@code runs.csv}: what
 * the store holds, saves and was found to be. Only reads the store.
 */
public final class ReportJob {
  private static final int SHOWN_RUNS = 200;

  private final SparkSession spark;
  private final String store;
  private final ReportFolder target;
  private final Clock clock;

  public ReportJob(SparkSession spark, String store, ReportFolder target, Clock clock) {
    this.spark = Objects.requireNonNull(spark);
    this.store = Objects.requireNonNull(store);
    this.target = Objects.requireNonNull(target);
    this.clock = Objects.requireNonNull(clock);
  }

  /** What the report says in short. */
  public record Result(StatsResult stats, long soundModels, long damagedModels, int advice) {}

  /**
   * Reads manifests and records, and writes the files.
   *
   * @throws IOException if there is no repository, or it is damaged
   */
  public Result execute() throws IOException {
    StoreReport report = gather();
    put("report.html", new StorePage(report).page());
    put("report.json", ReportText.json(report));
    put("models.csv", ReportText.models(report));
    put("runs.csv", ReportText.runs(report));
    return new Result(
        report.stats(), report.soundModels(), report.damagedModels(), report.advice().size());
  }

  private StoreReport gather() throws IOException {
    StoreAccess access = StoreAccess.of(spark, store);
    try (ObjectStore objects = access.open()) {
      Repository repository = Repository.open(objects);
      Relations relations = new Relations();
      StatsResult stats = new StatsJob(spark, store).execute(relations::ask);
      RunHistory history = RunHistory.read(repository);
      return new StoreReport(
          clock.instant(),
          objects.name(),
          repository.id(),
          stats,
          relations.derived(),
          relations.groups(),
          history.growth(),
          history.verified(),
          history.evaluated(),
          history.records().stream().limit(SHOWN_RUNS).toList(),
          history.runs(),
          Adviser.advise(stats, history, objects.name(), clock.instant()));
    } finally {
      access.release();
    }
  }

  private void put(String name, String text) throws IOException {
    try (OutputStream out = target.create(name)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }
}
