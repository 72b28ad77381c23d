package dev.zoopress.jobs.plan;

import dev.zoopress.jobs.plan.HintTask.Hinted;
import dev.zoopress.jobs.store.ObjectStore;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.Tuple2;

/**
 * Of chunks with equal hints the first in the plan's order leads; the others are followers, which
 * their units only hash. A hint that the store's index knows leads from the store. Here is where a
 * base for a delta would be chosen too: it would travel to the unit as a follower's leader does
 * not.
 */
public final class Leaders {
  private static final StructType SCHEMA =
      new StructType()
          .add("high", DataTypes.LongType, false)
          .add("low", DataTypes.LongType, false)
          .add("unit", DataTypes.IntegerType, false)
          .add("slice", DataTypes.IntegerType, false)
          .add("model", DataTypes.IntegerType, false)
          .add("content", DataTypes.IntegerType, false)
          .add("offset", DataTypes.LongType, false);

  private Leaders() {}

  /** A chunk that is only hashed: its place in the plan. */
  public record Follower(int slice, int model, int content, long offset)
      implements Serializable, Comparable<Follower> {
    @Override
    public int compareTo(Follower other) {
      int order = Integer.compare(slice, other.slice);
      order = order != 0 ? order : Integer.compare(model, other.model);
      order = order != 0 ? order : Integer.compare(content, other.content);
      return order != 0 ? order : Long.compare(offset, other.offset);
    }
  }

  /**
   * The followers by unit.
   *
   * @param known hints of published chunks, columns {@code high} and {@code low}; null for none
   */
  public static JavaPairRDD<Integer, Follower> followers(
      SparkSession spark, RunContext context, List<Hinted> hinted, Dataset<Row> known) {
    List<String> keys = new ArrayList<>();
    hinted.stream().map(Hinted::key).filter(k -> !k.isEmpty()).forEach(keys::add);
    JavaSparkContext sc = JavaSparkContext.fromSparkContext(spark.sparkContext());
    if (keys.isEmpty()) {
      return JavaPairRDD.fromJavaRDD(sc.emptyRDD());
    }
    JavaRDD<Row> rows = sc.parallelize(keys, keys.size()).mapPartitions(p -> read(context, p));
    Dataset<Row> hints = spark.createDataFrame(rows, SCHEMA);
    Column place =
        functions.struct(
            functions.col("slice"),
            functions.col("model"),
            functions.col("content"),
            functions.col("offset"),
            functions.col("unit"));
    Dataset<Row> leaders =
        hints
            .groupBy("high", "low")
            .agg(functions.min(place).as("leader"), functions.count("*").as("n"))
            .where("n > 1")
            .drop("n");
    Dataset<Row> followers =
        hints
            .join(leaders, new String[] {"high", "low"})
            .where("unit <> leader.unit")
            .select("unit", "slice", "model", "content", "offset");
    if (known != null) {
      Dataset<Row> stored =
          hints
              .join(
                  known.select("high", "low").distinct(),
                  scala.jdk.javaapi.CollectionConverters.asScala(List.of("high", "low")).toSeq(),
                  "left_semi")
              .select("unit", "slice", "model", "content", "offset");
      followers = followers.union(stored).distinct();
    }
    return followers.toJavaRDD().mapToPair(Leaders::pair);
  }

  private static Tuple2<Integer, Follower> pair(Row row) {
    return new Tuple2<>(
        row.getInt(0), new Follower(row.getInt(1), row.getInt(2), row.getInt(3), row.getLong(4)));
  }

  private static Iterator<Row> read(RunContext context, Iterator<String> keys) throws IOException {
    List<Row> rows = new ArrayList<>();
    try (ObjectStore store = context.openStore()) {
      RunFolder run = new RunFolder(store, context.runId());
      while (keys.hasNext()) {
        run.read(
            keys.next(),
            Hints.Row.class,
            r ->
                rows.add(
                    RowFactory.create(
                        r.high(),
                        r.low(),
                        r.unit(),
                        r.slice(),
                        r.model(),
                        r.content(),
                        r.offset())));
      }
    }
    return rows.iterator();
  }
}
