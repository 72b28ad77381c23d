package dev.zoopress.jobs.collect;

import dev.zoopress.jobs.store.ObjectInfo;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import dev.zoopress.jobs.store.Pointer;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Run;
import dev.zoopress.jobs.store.StoreAccess;
import dev.zoopress.jobs.store.StoredObject;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Looks what is reachable, spread over tasks: objects per folder, pointers per model, manifests,
 * and a join by id. The driver holds the names of models and of holding runs, and what is
 * unreachable.
 */
final class Marking {
  private static final int MODELS_PER_TASK = 64;

  private final JavaSparkContext sc;
  private final StoreAccess access;
  private final Repository repository;

  Marking(JavaSparkContext sc, StoreAccess access, Repository repository) {
    this.sc = sc;
    this.access = access;
    this.repository = repository;
  }

  /** What one model's pointers say: a manifest in use, or an object that a later one replaced. */
  private record Pointed(String manifest, ObjectInfo superseded) implements Serializable {}

  /** Where the runs that hold pins are found, asked between listing and marking. */
  @FunctionalInterface
  interface Holding {
    List<String> runs() throws IOException;
  }

  /** Everything that is there and unreachable. */
  List<Garbage> garbage(Holding holding) throws IOException {
    sc.setJobDescription("gc: list packs and manifests");
    JavaRDD<StoredObject> objects =
        spread(StoredObject.folders(repository), 1)
            .mapPartitions(access.each(StoredObject::list))
            .persist(StorageLevel.MEMORY_AND_DISK());
    JavaRDD<Pointed> pointed = null;
    try {
      // Listed first: what appears later is nobody's garbage yet.
      long count = objects.count();
      // Where runs stand before any pointer: what a run lets go is published by then.
      List<String> holders = holding.runs();
      List<String> models = new ArrayList<>();
      repository.models(models::add);
      pointed =
          spread(models, MODELS_PER_TASK)
              .mapPartitions(access.each(Marking::pointers))
              .persist(StorageLevel.MEMORY_AND_DISK());
      int parts = (int) Math.max(sc.defaultParallelism(), Math.min(4000, count / 200_000));
      JavaRDD<String> manifests =
          pointed.filter(p -> p.superseded() == null).map(Pointed::manifest).distinct(parts);
      JavaRDD<String> marks =
          spread(holders, 1)
              .mapPartitions(access.each(Marking::pins))
              .union(manifests.mapPartitions(access.each(Marking::packs)))
              .distinct(parts);
      JavaPairRDD<String, StoredObject> byId = objects.mapToPair(o -> new Tuple2<>(o.id(), o));
      sc.setJobDescription("gc: mark from " + models.size() + " models");
      List<Garbage> garbage =
          new ArrayList<>(
              byId.cogroup(marks.mapToPair(id -> new Tuple2<>(id, true)), parts)
                  .map(t -> new Judge.Content(list(t._2()._1()), t._2()._2().iterator().hasNext()))
                  .mapPartitions(new Judge(access))
                  .collect());
      garbage.addAll(
          pointed
              .filter(p -> p.superseded() != null)
              .map(
                  p ->
                      new Judge.Content(
                          List.of(
                              new StoredObject(
                                  p.superseded().key(), "", 0, p.superseded().sizeBytes())),
                          false))
              .mapPartitions(new Judge(access))
              .collect());
      return garbage;
    } finally {
      objects.unpersist(false);
      if (pointed != null) {
        pointed.unpersist(false);
      }
      sc.setJobDescription(null);
    }
  }

  private <T> JavaRDD<T> spread(List<T> inputs, int perTask) {
    int wanted = Math.max(sc.defaultParallelism(), (inputs.size() - 1) / perTask + 1);
    return sc.parallelize(inputs, Math.max(1, Math.min(Math.min(inputs.size(), wanted), 10_000)));
  }

  private static <T> List<T> list(Iterable<T> values) {
    List<T> list = new ArrayList<>();
    values.forEach(list::add);
    return list;
  }

  private static void pointers(Repository repository, String model, Consumer<Pointed> out)
      throws IOException {
    List<String> revisions = new ArrayList<>();
    repository.revisions(model, revisions::add);
    for (String revision : revisions) {
      Optional<Pointer> pointer = repository.pointer(model, revision);
      if (pointer.isPresent() && !pointer.get().deleted()) {
        out.accept(new Pointed(pointer.get().manifest(), null));
      }
    }
    repository.superseded(model, old -> out.accept(new Pointed("", old)));
  }

  private static void pins(Repository repository, String run, Consumer<String> out)
      throws IOException {
    Set<String> pins = new HashSet<>();
    Run.of(repository, run).pins(pins);
    pins.forEach(out);
  }

  /** A manifest that cannot be read stops gc: without it nothing is known to be garbage. */
  private static void packs(Repository repository, String manifest, Consumer<String> out)
      throws IOException {
    out.accept(manifest);
    try {
      repository.manifest(manifest).packs().forEach(out);
    } catch (ObjectNotFoundException e) {
      throw new IOException(
          e.getMessage()
              + "; gc removes nothing while a published manifest is missing: run gc again if"
              + " something was deleted just now, else delete the revision that names it",
          e);
    }
  }
}
