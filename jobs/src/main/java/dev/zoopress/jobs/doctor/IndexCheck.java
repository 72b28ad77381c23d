package dev.zoopress.jobs.doctor;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.jobs.doctor.DoctorResult.Check;
import dev.zoopress.jobs.doctor.DoctorResult.Level;
import dev.zoopress.jobs.index.ChunkIndex;
import dev.zoopress.jobs.index.ChunkTable;
import dev.zoopress.jobs.index.IndexObject;
import dev.zoopress.jobs.inspect.Places;
import dev.zoopress.jobs.inspect.Published;
import dev.zoopress.jobs.plan.JsonLines;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Pointer;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/** Compares the index of chunks with the published manifests. */
final class IndexCheck {
  private static final String REMEDY = "run 'zoopress doctor --rebuild-index'";

  private final JavaSparkContext sc;
  private final StoreAccess access;

  IndexCheck(JavaSparkContext sc, StoreAccess access) {
    this.sc = sc;
    this.access = access;
  }

  List<Check> run() throws IOException {
    List<Check> checks = new ArrayList<>();
    List<String> models;
    List<String> keys;
    List<String> damaged = new ArrayList<>();
    try (ObjectStore store = access.open()) {
      models = Published.models(Repository.unchecked(store));
      keys = ChunkIndex.keys(store);
      List<String> all = new ArrayList<>();
      store.list("index/", o -> all.add(o.key()));
      for (String key : all) {
        try {
          IndexObject.check(store, key);
        } catch (CorruptContainerException e) {
          damaged.add(e.getMessage());
        }
      }
    }
    checks.add(
        damaged.isEmpty()
            ? new Check(Level.OK, "index-objects", "every object of the index can be read", "")
            : new Check(
                Level.PROBLEM,
                "index-objects",
                damaged.size() + " objects of the index are damaged, such as " + damaged.get(0),
                REMEDY));
    checks.add(compare(models, keys));
    return checks;
  }

  private Check compare(List<String> models, List<String> keys) {
    int slots = 8 * sc.defaultParallelism();
    StoreAccess open = access;
    JavaPairRDD<String, Integer> published =
        sc.parallelize(models, Math.max(1, Math.min(models.size(), slots)))
            .mapPartitionsToPair(own -> published(open, own));
    JavaPairRDD<String, Integer> indexed =
        sc.parallelize(keys, Math.max(1, Math.min(keys.size(), slots)))
            .mapPartitionsToPair(own -> indexed(open, own));
    sc.setJobDescription("doctor: index against manifests");
    long[] sums = {0, 0, 0};
    published
        .union(indexed)
        .reduceByKey((a, b) -> a | b)
        .mapToPair(t -> new Tuple2<>(t._2(), 1L))
        .reduceByKey(Long::sum)
        .collect()
        .forEach(t -> sums[t._1() - 1] = t._2());
    String text =
        sums[2]
            + " published chunks are in the index, "
            + sums[0]
            + " are not; "
            + sums[1]
            + " of its rows belong to nothing published";
    if (sums[0] > 0) {
      return new Check(
          Level.PROBLEM, "index", text + ": compress stores again what it does not know", REMEDY);
    }
    return sums[1] > sums[2]
        ? new Check(Level.NOTE, "index", text, REMEDY)
        : new Check(Level.OK, "index", text, "");
  }

  /** Places of published chunks: 1. Such as stand on bases are no business of the index. */
  private static Iterator<Tuple2<String, Integer>> published(
      StoreAccess access, Iterator<String> models) throws IOException {
    Set<String> places = new HashSet<>();
    try (ObjectStore store = access.open()) {
      Repository repository = Repository.unchecked(store);
      while (models.hasNext()) {
        try {
          for (Pointer pointer : Published.of(repository, models.next()).pointers()) {
            for (FileEntry file : repository.manifest(pointer.manifest()).files()) {
              Places.needed(
                  file,
                  (chunk, segment, role) -> {
                    ChunkLocation at = chunk.location();
                    if (role == Places.Role.OWN && at.base() == null) {
                      places.add(at.pack() + at.frameOffset() + "/" + at.offsetInFrame());
                    }
                  });
            }
          }
        } catch (CorruptContainerException e) {
          continue; // Damage is verify's business.
        }
      }
    }
    return places.stream().map(p -> new Tuple2<>(p, 1)).iterator();
  }

  /** Places in the index: 2. */
  private static Iterator<Tuple2<String, Integer>> indexed(
      StoreAccess access, Iterator<String> keys) throws IOException {
    Set<String> places = new HashSet<>();
    try (ObjectStore store = access.open()) {
      while (keys.hasNext()) {
        String key = keys.next();
        try {
          JsonLines.read(
              store,
              key,
              1 << 30,
              ChunkTable.Row.class,
              r -> places.add(r.pack() + r.frameOffset() + "/" + r.offsetInFrame()));
        } catch (CorruptContainerException e) {
          continue; // Said above.
        }
      }
    }
    return places.stream().map(p -> new Tuple2<>(p, 2)).iterator();
  }
}
