package dev.zoopress.jobs.collect;

import dev.zoopress.jobs.collect.CollectResult.Sum;
import dev.zoopress.jobs.store.ObjectInfo;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Run;
import dev.zoopress.jobs.store.Runs;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Removes the working files of runs that ended: plan, unit commits, pins. What was decided, the
 * status and the results stay: they are small, and decisions count for ever.
 */
final class EndedRuns {
  private static final List<String> WORK =
      List.of("plan/", "units/", "pins/", "chunks/", "publish/");

  private final JavaSparkContext sc;
  private final StoreAccess access;
  private final Repository repository;

  EndedRuns(JavaSparkContext sc, StoreAccess access, Repository repository) {
    this.sc = sc;
    this.access = access;
    this.repository = repository;
  }

  /** Removes what the chosen runs worked with. */
  Sum trim(Clock clock, Predicate<Runs.Standing> chosen) throws IOException {
    List<String> ended = new ArrayList<>();
    Runs.list(
        repository,
        clock,
        run -> {
          if (chosen.test(run)) {
            ended.add(run.id());
          }
        });
    if (ended.isEmpty()) {
      return Sum.NONE;
    }
    sc.setJobDescription("gc: working files of " + ended.size() + " ended runs");
    Sum sum =
        sc.parallelize(ended, Math.min(ended.size(), sc.defaultParallelism() * 4))
            .mapPartitions(access.<String, Sum>each(EndedRuns::clear))
            .fold(Sum.NONE, Sum::plus);
    sc.setJobDescription(null);
    return sum;
  }

  private static void clear(Repository repository, String id, Consumer<Sum> out)
      throws IOException {
    List<ObjectInfo> files = new ArrayList<>();
    for (String folder : WORK) {
      repository.store().list(Run.of(repository, id).folder() + folder, files::add);
    }
    for (ObjectInfo file : files) {
      if (repository.store().delete(file.key())) {
        out.accept(new Sum(1, file.sizeBytes()));
      }
    }
  }
}
