package dev.zoopress.jobs.index;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.jobs.plan.RunContext;
import dev.zoopress.jobs.plan.RunFolder;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoredObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The published chunks that finished runs left in the index, as a table. */
public final class ChunkIndex {
  private static final StructType SCHEMA =
      new StructType()
          .add("a", DataTypes.LongType, false)
          .add("b", DataTypes.LongType, false)
          .add("c", DataTypes.LongType, false)
          .add("d", DataTypes.LongType, false)
          .add("high", DataTypes.LongType, false)
          .add("low", DataTypes.LongType, false)
          .add("pack", DataTypes.StringType, false)
          .add("frame", DataTypes.LongType, false)
          .add("stored", DataTypes.IntegerType, false)
          .add("raw", DataTypes.IntegerType, false)
          .add("inside", DataTypes.IntegerType, false)
          .add("base", DataTypes.StringType, false)
          .add("position", DataTypes.LongType, false);

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
   * The table without chunks whose packs are gone, as after gc they may be; null when there are no
   * objects.
   */
  public static Dataset<Row> table(SparkSession spark, RunContext context, List<String> keys)
      throws IOException {
    if (keys.isEmpty()) {
      return null;
    }
    List<String> folders;
    try (ObjectStore store = context.openStore()) {
      folders = StoredObject.folders(Repository.open(store));
    }
    JavaSparkContext sc = JavaSparkContext.fromSparkContext(spark.sparkContext());
    int parts = Math.min(keys.size(), Math.max(sc.defaultParallelism() * 2, keys.size() / 64));
    Dataset<Row> packs =
        spark.createDataFrame(
            sc.parallelize(folders, Math.max(1, Math.min(folders.size(), 4 * parts)))
                .mapPartitions(p -> packs(context, p)),
            new StructType().add("pack", DataTypes.StringType, false));
    return spark
        .createDataFrame(sc.parallelize(keys, parts).mapPartitions(p -> read(context, p)), SCHEMA)
        .join(packs, new String[] {"pack"}, "left_semi");
  }

  private static Iterator<Row> packs(RunContext context, Iterator<String> folders)
      throws IOException {
    List<Row> packs = new ArrayList<>();
    try (ObjectStore store = context.openStore()) {
      Repository repository = Repository.open(store);
      while (folders.hasNext()) {
        StoredObject.list(
            repository, folders.next(), object -> packs.add(RowFactory.create(object.id())));
      }
    }
    return packs.iterator();
  }

  private static Iterator<Row> read(RunContext context, Iterator<String> keys) throws IOException {
    List<Row> rows = new ArrayList<>();
    try (ObjectStore store = context.openStore()) {
      RunFolder folder = new RunFolder(store, context.runId());
      while (keys.hasNext()) {
        List<Row> object = new ArrayList<>();
        try {
          folder.read(keys.next(), ChunkTable.Row.class, r -> object.add(row(r)));
          rows.addAll(object);
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

  private static Row row(ChunkTable.Row r) {
    ChunkId id = ChunkId.parse(r.id());
    return RowFactory.create(
        id.a(),
        id.b(),
        id.c(),
        id.d(),
        r.hintHigh(),
        r.hintLow(),
        r.pack(),
        r.frameOffset(),
        r.frameStoredBytes(),
        r.frameRawBytes(),
        r.offsetInFrame(),
        r.base() == null ? "" : r.base(),
        r.basePosition());
  }
}
