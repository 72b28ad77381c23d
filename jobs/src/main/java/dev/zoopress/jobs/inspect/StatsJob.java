package dev.zoopress.jobs.inspect;

import dev.zoopress.jobs.compress.ByteShare;
import dev.zoopress.jobs.compress.Totals;
import dev.zoopress.jobs.inspect.StatsResult.ModelCost;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/**
 * Adds up what is published and what it costs, from manifests and a listing. A chunk counts once,
 * for the technique of its frame; every further use is a duplicate. The driver holds a row per
 * model.
 */
public final class StatsJob {
  /** One row per place of the store that a model uses. */
  private static final String USES =
      """
      SELECT model, pack, frame, inside, min(share) AS share, min(bytes) AS bytes,
             sum(own) AS n, min(technique) AS technique, max(dtype) AS dtype
      FROM chunks WHERE pack <> '' GROUP BY model, pack, frame, inside""";

  private static final String TOTALS =
      """
      SELECT technique, if(dtype = '', 'BASE', dtype), sum(bytes * least(n, 1)), sum(share),
             sum(bytes * greatest(n - 1, 0)), sum(n)
      FROM (SELECT sum(n) AS n, min(share) AS share, min(bytes) AS bytes,
                   min(technique) AS technique, max(dtype) AS dtype
            FROM uses GROUP BY pack, frame, inside)
      GROUP BY technique, if(dtype = '', 'BASE', dtype)""";

  private static final String MODELS =
      """
      SELECT c.model, max(c.revision), max(c.files), max(c.bytes),
             sum(if(u.models = 1, u.share, 0)), sum(if(u.models > 1, u.share, 0))
      FROM (SELECT * FROM chunks WHERE pack = '') c
      LEFT JOIN (SELECT model, share, count(*) OVER (PARTITION BY pack, frame, inside) AS models
                 FROM uses) u ON u.model = c.model
      GROUP BY c.model ORDER BY c.model""";

  private final SparkSession spark;
  private final String store;

  public StatsJob(SparkSession spark, String store) {
    this.spark = Objects.requireNonNull(spark).newSession();
    this.store = Objects.requireNonNull(store);
  }

  /**
   * Reads every published manifest.
   *
   * @throws IOException if there is no repository, or it is damaged
   */
  public StatsResult execute() throws IOException {
    return execute(session -> {});
  }

  /**
   * Reads every published manifest.
   *
   * @param more asks further questions to the views {@code chunks} (rows of {@link ChunkRows}) and
   *     {@code uses}, while they are there
   */
  public StatsResult execute(Consumer<SparkSession> more) throws IOException {
    JavaSparkContext sc = JavaSparkContext.fromSparkContext(spark.sparkContext());
    StoreAccess access = StoreAccess.of(spark, store);
    Dataset<Row> chunks = null;
    try {
      List<String> names;
      try (ObjectStore objects = access.open()) {
        names = Published.models(Repository.open(objects));
      }
      StoreSizes sizes = StoreSizes.of(sc, access);
      sc.setJobDescription("stats: chunks of " + names.size() + " models");
      int parts = Math.max(1, Math.min(names.size(), 16 * sc.defaultParallelism()));
      chunks =
          spark
              .createDataFrame(
                  sc.parallelize(names, parts).mapPartitions(new ChunkRows(access)),
                  ChunkRows.SCHEMA)
              .persist(StorageLevel.MEMORY_AND_DISK());
      chunks.createOrReplaceTempView("chunks");
      spark.sql(USES).createOrReplaceTempView("uses");
      StatsResult result = result(sizes, models());
      more.accept(spark);
      return result;
    } finally {
      if (chunks != null) {
        chunks.unpersist();
      }
      sc.setJobDescription(null);
      access.release();
    }
  }

  private List<ModelCost> models() {
    List<ModelCost> models = new ArrayList<>();
    for (Row row : spark.sql(MODELS).collectAsList()) {
      models.add(
          new ModelCost(
              row.getString(0),
              row.getString(1),
              row.getLong(2),
              row.getLong(3),
              row.isNullAt(4) ? 0 : row.getLong(4),
              row.isNullAt(5) ? 0 : row.getLong(5)));
    }
    return models;
  }

  private StatsResult result(StoreSizes sizes, List<ModelCost> models) {
    Map<String, ByteShare> by = new TreeMap<>();
    for (String technique : List.of("duplicates", "delta", "entropy", "raw")) {
      by.put(technique, new ByteShare(0, 0));
    }
    Map<String, ByteShare> dtypes = new TreeMap<>();
    long chunks = 0;
    long used = 0;
    for (Row row : spark.sql(TOTALS).collectAsList()) {
      long stored = row.getLong(3);
      long duplicates = row.getLong(4);
      by.merge(row.getString(0), new ByteShare(row.getLong(2), stored), ByteShare::plus);
      by.merge("duplicates", new ByteShare(duplicates, 0), ByteShare::plus);
      dtypes.merge(
          row.getString(1), new ByteShare(row.getLong(2) + duplicates, stored), ByteShare::plus);
      chunks += row.getLong(5);
      used += stored;
    }
    Totals totals =
        new Totals(
            models.size(),
            models.stream().mapToLong(ModelCost::files).sum(),
            chunks,
            models.stream().mapToLong(ModelCost::sourceBytes).sum(),
            sizes.storedBytes(),
            by,
            dtypes);
    return new StatsResult(totals, sizes, sizes.bytes("packs") - used, models);
  }
}
