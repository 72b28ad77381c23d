package dev.zoopress.jobs.doctor;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.max_by;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.jobs.doctor.DoctorResult.Check;
import dev.zoopress.jobs.doctor.DoctorResult.Level;
import dev.zoopress.jobs.index.IndexTables;
import dev.zoopress.jobs.inspect.Published;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Pointer;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/** Compares the Parquet tables, which people ask, with the published pointers. */
final class TableCheck {
  private static final String REMEDY = "run 'zoopress doctor --rebuild-index'";
  private static final int PUBLISHED = 1;
  private static final int LISTED = 2;

  private final SparkSession spark;
  private final JavaSparkContext sc;
  private final StoreAccess access;

  TableCheck(SparkSession spark, StoreAccess access) {
    this.spark = spark;
    this.sc = JavaSparkContext.fromSparkContext(spark.sparkContext());
    this.access = access;
  }

  Check run() throws IOException {
    List<String> models;
    boolean[] any = {false};
    try (ObjectStore store = access.open()) {
      models = Published.models(Repository.unchecked(store));
      store.list(IndexTables.FOLDER + "models/", o -> any[0] = true);
    }
    StoreAccess open = access;
    sc.setJobDescription("doctor: tables against pointers");
    JavaPairRDD<String, Integer> rows =
        sc.parallelize(models, Math.max(1, Math.min(models.size(), 8 * sc.defaultParallelism())))
            .mapPartitionsToPair(own -> published(open, own));
    if (any[0]) {
      rows = rows.union(listed());
    }
    long[] sums = {0, 0, 0};
    rows.reduceByKey((a, b) -> a | b)
        .mapToPair(t -> new Tuple2<>(t._2(), 1L))
        .reduceByKey(Long::sum)
        .collect()
        .forEach(t -> sums[t._1() - 1] = t._2());
    String text =
        "the tables list %d of %d published revisions, and %d that are not"
            .formatted(sums[2], sums[0] + sums[2], sums[1]);
    return sums[0] + sums[1] > 0
        ? new Check(Level.NOTE, "tables", text + ": answers from them are wrong", REMEDY)
        : new Check(Level.OK, "tables", text, "");
  }

  private JavaPairRDD<String, Integer> listed() throws IOException {
    try {
      return spark
          .read()
          .option("recursiveFileLookup", "true")
          .parquet(access.uri() + "/" + IndexTables.FOLDER + "models")
          .groupBy("model", "revision")
          .agg(max("n").as("last"), max_by(col("deleted"), col("n")).as("gone"))
          .filter("not gone")
          .javaRDD()
          .mapToPair(r -> new Tuple2<>(row(r.getString(0), r.getString(1), r.getLong(2)), LISTED));
    } catch (Exception e) {
      // Scala throws checked exceptions that Java does not see.
      if (e instanceof AnalysisException) {
        throw new IOException("the tables cannot be read: " + e.getMessage(), e);
      }
      throw e;
    }
  }

  private static String row(String model, String revision, long n) {
    return model + "\0" + revision + "\0" + n;
  }

  private static Iterator<Tuple2<String, Integer>> published(
      StoreAccess access, Iterator<String> models) throws IOException {
    List<Tuple2<String, Integer>> rows = new ArrayList<>();
    try (ObjectStore store = access.open()) {
      Repository repository = Repository.unchecked(store);
      while (models.hasNext()) {
        try {
          for (Pointer p : Published.of(repository, models.next()).pointers()) {
            rows.add(new Tuple2<>(row(p.model(), p.revision(), p.n()), PUBLISHED));
          }
        } catch (CorruptContainerException e) {
          continue; // Damage is verify's business.
        }
      }
    }
    return rows.iterator();
  }
}
