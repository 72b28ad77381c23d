package dev.zoopress.jobs.index;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.jobs.plan.RunContext;
import dev.zoopress.jobs.plan.RunFolder;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoredObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/** The published chunks that finished runs left in the index, as a table. */
public final class ChunkIndex {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkIndex.class);

  private ChunkIndex() {}

  /** Keys of the table's objects; taken once, at the start of a run. */
  public static List<String> keys(ObjectStore store) throws IOException {
    TreeSet<String> keys = new TreeSet<>();
    store.list(
        ChunkTable.FOLDER,
        object -> {
          if (object.key().endsWith(".jsonl.zst")) {
            keys.add(object.key());
          }
        });
    return List.copyOf(keys);
  }

  /**
   * The table's rows without those whose packs are gone, as after gc they may be: a row's own, put
   * again since by another run, is of no use without those of its bases.
   */
  public static JavaRDD<ChunkTable.Row> rows(
      JavaSparkContext sc, RunContext context, List<String> keys) throws IOException {
    if (keys.isEmpty()) {
      return sc.emptyRDD();
    }
    List<String> folders;
    try (ObjectStore store = context.openStore()) {
      folders = StoredObject.folders(Repository.open(store));
    }
    int parts = Math.min(keys.size(), Math.max(sc.defaultParallelism() * 2, keys.size() / 64));
    JavaPairRDD<String, Boolean> packs =
        sc.parallelize(folders, Math.max(1, Math.min(folders.size(), 4 * parts)))
            .mapPartitions(p -> packs(context, p))
            .distinct()
            .mapToPair(pack -> new Tuple2<>(pack, true));
    JavaRDD<ChunkTable.Row> rows =
        sc.parallelize(keys, parts)
            .mapPartitions(p -> read(context, p))
            .mapToPair(row -> new Tuple2<>(row.pack(), row))
            .join(packs)
            .map(t -> t._2()._1());
    JavaRDD<ChunkTable.Row> standing = rows.filter(row -> !row.alone());
    JavaRDD<ChunkTable.Row> fallen =
        standing
            .flatMapToPair(
                row -> row.packs().stream().map(pack -> new Tuple2<>(pack, row)).iterator())
            .subtractByKey(packs)
            .values();
    return rows.filter(ChunkTable.Row::alone).union(standing.subtract(fallen));
  }

  private static Iterator<String> packs(RunContext context, Iterator<String> folders)
      throws IOException {
    List<String> packs = new ArrayList<>();
    try (ObjectStore store = context.openStore()) {
      Repository repository = Repository.open(store);
      while (folders.hasNext()) {
        StoredObject.list(repository, folders.next(), object -> packs.add(object.id()));
      }
    }
    return packs.iterator();
  }

  private static Iterator<ChunkTable.Row> read(RunContext context, Iterator<String> keys)
      throws IOException {
    List<ChunkTable.Row> rows = new ArrayList<>();
    try (ObjectStore store = context.openStore()) {
      RunFolder folder = new RunFolder(store, context.runId());
      while (keys.hasNext()) {
        List<ChunkTable.Row> object = new ArrayList<>();
        try {
          folder.read(keys.next(), ChunkTable.Row.class, object::add);
          rows.addAll(object);
        } catch (ObjectNotFoundException e) {
          // optimize or doctor has just replaced it.
        } catch (CorruptContainerException e) {
          LOG.error(
              "{}; the index is only a cache: its chunks may be stored once more, 'zoopress doctor"
                  + " --rebuild-index' repairs it",
              e.getMessage());
        }
      }
    }
    return rows.iterator();
  }
}
