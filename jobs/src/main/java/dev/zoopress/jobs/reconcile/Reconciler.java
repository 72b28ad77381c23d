package dev.zoopress.jobs.reconcile;

import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.jobs.delta.BaseText;
import dev.zoopress.jobs.plan.Leaders.Follower;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Finds one place for every chunk that a run refers to: a published one if there is one, else the
 * smallest (pack, offset). The order of arrival has no say.
 */
public final class Reconciler implements AutoCloseable {
  /** Columns of {@link UnitRows}: a chunk that a unit stored, or only refers to (pack is null). */
  public static final StructType SCHEMA =
      new StructType()
          .add("a", DataTypes.LongType, false)
          .add("b", DataTypes.LongType, false)
          .add("c", DataTypes.LongType, false)
          .add("d", DataTypes.LongType, false)
          .add("unit", DataTypes.IntegerType, false)
          .add("pack", DataTypes.StringType, true)
          .add("frame", DataTypes.LongType, true)
          .add("stored", DataTypes.IntegerType, true)
          .add("raw", DataTypes.IntegerType, true)
          .add("inside", DataTypes.IntegerType, true)
          .add("base", DataTypes.StringType, true)
          .add("position", DataTypes.LongType, true)
          .add("slice", DataTypes.IntegerType, true)
          .add("model", DataTypes.IntegerType, true)
          .add("content", DataTypes.IntegerType, true)
          .add("offset", DataTypes.LongType, true);

  private static final String[] ID = {"a", "b", "c", "d"};

  private final Dataset<Row> resolved;

  /** A chunk of a unit whose bytes lie elsewhere. */
  public record Placed(int unit, ChunkId id, ChunkLocation location) implements Serializable {}

  /**
   * Prepares the join; it runs when asked for its results.
   *
   * @param rows rows of {@link #SCHEMA}
   * @param published places in packs that are known to be there, columns a to d, pack, frame,
   *     stored, raw, inside, base, position; null for none
   */
  public Reconciler(SparkSession spark, JavaRDD<Row> rows, Dataset<Row> published) {
    Dataset<Row> wants = spark.createDataFrame(rows, SCHEMA);
    Column place =
        functions.struct(
            functions.col("rank"),
            functions.col("pack"),
            functions.col("frame"),
            functions.col("inside"),
            functions.col("stored"),
            functions.col("raw"),
            functions.col("owner"),
            functions.col("base"),
            functions.col("position"));
    Dataset<Row> places =
        wants
            .where("pack is not null")
            .selectExpr(
                "a",
                "b",
                "c",
                "d",
                "1 as rank",
                "pack",
                "frame",
                "inside",
                "stored",
                "raw",
                "unit as owner",
                "base",
                "position");
    if (published != null) {
      Dataset<Row> ids = wants.select("a", "b", "c", "d").distinct();
      places =
          places.union(
              published
                  .join(ids, ID)
                  .selectExpr(
                      "a",
                      "b",
                      "c",
                      "d",
                      "0 as rank",
                      "pack",
                      "frame",
                      "inside",
                      "stored",
                      "raw",
                      "-1 as owner",
                      "base",
                      "position"));
    }
    Dataset<Row> winners =
        places.groupBy("a", "b", "c", "d").agg(functions.min(place).as("winner"));
    resolved =
        wants
            .join(
                winners,
                scala.jdk.javaapi.CollectionConverters.asScala(List.of(ID)).toSeq(),
                "left")
            .where("winner is null or winner.owner <> unit")
            .persist(StorageLevel.MEMORY_AND_DISK());
  }

  /** Chunks that no pack holds, one place each, by the unit that can read it. */
  public List<Tuple2<Integer, Follower>> missing(int limit) {
    Column place =
        functions.struct(
            functions.col("slice"),
            functions.col("model"),
            functions.col("content"),
            functions.col("offset"),
            functions.col("unit"));
    return resolved
        .where("winner is null")
        .groupBy("a", "b", "c", "d")
        .agg(functions.min(place).as("p"))
        .select("p.unit", "p.slice", "p.model", "p.content", "p.offset")
        .toJavaRDD()
        .map(
            r ->
                new Tuple2<>(
                    r.getInt(0), new Follower(r.getInt(1), r.getInt(2), r.getInt(3), r.getLong(4))))
        .take(limit);
  }

  /** Published packs that the run is going to refer to. */
  public List<String> reusedPacks() {
    return resolved
        .where("winner.owner = -1")
        .select("winner.pack")
        .distinct()
        .toJavaRDD()
        .map(r -> r.getString(0))
        .collect();
  }

  /** Chunks whose bytes lie in another unit's pack, or in a published one, by unit. */
  public JavaPairRDD<Integer, Placed> placed() {
    return resolved
        .where("winner is not null")
        .selectExpr(
            "unit",
            "a",
            "b",
            "c",
            "d",
            "winner.pack",
            "winner.frame",
            "winner.stored",
            "winner.raw",
            "winner.inside",
            "winner.base",
            "winner.position")
        .toJavaRDD()
        .mapToPair(
            r ->
                new Tuple2<>(
                    r.getInt(0),
                    new Placed(
                        r.getInt(0),
                        new ChunkId(r.getLong(1), r.getLong(2), r.getLong(3), r.getLong(4)),
                        new ChunkLocation(
                            r.getString(5),
                            r.getLong(6),
                            r.getInt(7),
                            r.getInt(8),
                            r.getInt(9),
                            BaseText.read(r.getString(10)),
                            r.getLong(11)))));
  }

  @Override
  public void close() {
    resolved.unpersist(false);
  }
}
