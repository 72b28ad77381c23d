package dev.zoopress.jobs.publish;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.jobs.plan.JsonLines;
import dev.zoopress.jobs.plan.RunFolder;
import dev.zoopress.jobs.store.ConflictException;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Run;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a run from its decision to its end; anybody may do so for a run that stopped between. */
public final class Publications {
  private static final Logger LOG = LoggerFactory.getLogger(Publications.class);

  private Publications() {}

  /**
   * A slice to publish; one line of the object that a run's decision names.
   *
   * @param source root of the source that the models come from
   * @param key the slice's {@link Publishable} rows
   * @param chunksKey its rows for the index; empty for none
   */
  public record Slice(int slice, String source, String key, String chunksKey)
      implements Serializable {}

  /**
   * Decides that the run publishes these slices, and publishes them.
   *
   * @throws ConflictException if gc declared the run dead first
   */
  public static List<PublishTask.Done> publish(
      JavaSparkContext sc,
      String storeUri,
      Broadcast<SerializableConfiguration> hadoop,
      Run run,
      ObjectStore store,
      List<Slice> slices)
      throws IOException {
    try (JsonLines.Writer rows = new JsonLines.Writer()) {
      for (Slice slice : slices) {
        rows.add(slice);
      }
      String key = new RunFolder(store, run.id()).write("publications", 0, rows);
      if (!run.beginPublishing(key)) {
        throw new ConflictException(
            "run " + run.id() + " was declared dead by gc: run compress again");
      }
    }
    return complete(sc, storeUri, hadoop, run, store);
  }

  /** Publishes what the run decided to publish, and ends it. */
  public static List<PublishTask.Done> complete(
      JavaSparkContext sc,
      String storeUri,
      Broadcast<SerializableConfiguration> hadoop,
      Run run,
      ObjectStore store)
      throws IOException {
    List<Slice> slices = new ArrayList<>();
    String key = run.publications();
    if (!key.isEmpty()) {
      new RunFolder(store, run.id()).read(key, Slice.class, slices::add);
    }
    List<PublishTask.Done> done = new ArrayList<>();
    if (!slices.isEmpty()) {
      sc.setJobDescription("publish: " + slices.size() + " slices");
      PublishTask task = new PublishTask(storeUri, run.id(), slices.get(0).source(), hadoop);
      done.addAll(sc.parallelize(slices, slices.size()).map(task).collect());
    }
    run.finish();
    return done;
  }

  /**
   * Completes every publishing run that no process works on.
   *
   * @return their ids
   */
  public static List<String> completeAbandoned(
      JavaSparkContext sc,
      String storeUri,
      Broadcast<SerializableConfiguration> hadoop,
      Repository repository,
      java.time.Clock clock)
      throws IOException {
    List<String> stopped = new ArrayList<>();
    dev.zoopress.jobs.store.Runs.listSound(
        repository,
        clock,
        run -> {
          if (run.phase() == Run.Phase.PUBLISHING && !run.alive()) {
            stopped.add(run.id());
          }
        });
    List<String> completed = new ArrayList<>();
    for (String id : stopped) {
      try {
        complete(sc, storeUri, hadoop, Run.of(repository, id), repository.store());
        completed.add(id);
      } catch (CorruptContainerException e) {
        LOG.error(
            "run {} stopped while it published and cannot be completed: {}; compress its models"
                + " again, then remove runs/{}/",
            id,
            e.getMessage(),
            id);
      }
    }
    return completed;
  }
}
