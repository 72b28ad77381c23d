package dev.zoopress.jobs.verify;

import dev.zoopress.jobs.store.StoreAccess;
import dev.zoopress.jobs.verify.VerifyResult.Finding;
import dev.zoopress.jobs.verify.VerifyResult.VerifiedModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/** Which revisions damage touches. */
final class Touched {
  private final List<RevisionRow> rows;
  private final List<Damage> damage;
  private final Map<Integer, TreeSet<String>> first = new HashMap<>();
  private final Map<Integer, Long> counts = new HashMap<>();
  private final Map<Integer, Long> files = new HashMap<>();
  private final Map<String, Long> perModel = new HashMap<>();
  private final Map<String, Integer> firstOf = new HashMap<>();

  private Touched(List<RevisionRow> rows, List<Damage> damage) {
    this.rows = rows;
    this.damage = damage;
  }

  /** Looks into the manifests of {@code rows}, where there is damage. */
  static Touched of(
      JavaSparkContext sc,
      StoreAccess access,
      List<RevisionRow> rows,
      List<Damage> damage,
      int slots) {
    Touched touched = new Touched(rows, damage);
    Impact impact = new Impact(damage);
    if (!impact.isEmpty() && !rows.isEmpty()) {
      JavaRDD<Tuple2<Integer, Impact.Share>> found =
          sc.parallelize(rows, Math.min(rows.size(), slots))
              .mapPartitions(own -> impact.of(access, own))
              .persist(StorageLevel.MEMORY_AND_DISK());
      touched.add(found);
      found.unpersist();
    }
    return touched;
  }

  private void add(JavaRDD<Tuple2<Integer, Impact.Share>> found) {
    found
        .mapToPair(t -> new Tuple2<>(t._1(), t._2().revision()))
        .aggregateByKey(new TreeSet<String>(), Touched::few, Touched::merge)
        .collect()
        .forEach(t -> first.put(t._1(), t._2()));
    found
        .mapToPair(t -> new Tuple2<>(t._1(), 1L))
        .reduceByKey(Long::sum)
        .collect()
        .forEach(t -> counts.put(t._1(), t._2()));
    found
        .mapToPair(t -> new Tuple2<>(t._1(), t._2().files()))
        .reduceByKey(Long::sum)
        .collect()
        .forEach(t -> files.put(t._1(), t._2()));
    found
        .mapToPair(t -> new Tuple2<>(t._2().revision(), 1L))
        .reduceByKey(Long::sum)
        .collect()
        .forEach(t -> perModel.put(t._1(), t._2()));
    found
        .mapToPair(t -> new Tuple2<>(t._2().revision(), t._1()))
        .reduceByKey(Math::min)
        .collect()
        .forEach(t -> firstOf.put(t._1(), t._2()));
  }

  /** Every finding with the first models that it touches. */
  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    for (int i = 0; i < damage.size(); i++) {
      findings.add(
          new Finding(
              damage.get(i),
              List.copyOf(first.getOrDefault(i, new TreeSet<>())),
              counts.getOrDefault(i, 0L),
              files.getOrDefault(i, 0L)));
    }
    return findings;
  }

  /** Every revision, in order of name. */
  List<VerifiedModel> models() {
    TreeMap<String, VerifiedModel> models = new TreeMap<>();
    for (RevisionRow row : rows) {
      long count = perModel.getOrDefault(row.name(), 0L);
      String error =
          count > 0
              ? text(damage.get(firstOf.get(row.name())))
              : row.manifest().isEmpty() ? "its pointer is damaged" : "";
      models.put(
          row.name(),
          new VerifiedModel(
              row.model(),
              row.revision(),
              row.files(),
              row.sourceBytes(),
              row.manifest().isEmpty() ? 1 : count,
              error));
    }
    return List.copyOf(models.values());
  }

  private static String text(Damage damage) {
    return damage.key() + " at byte " + damage.offsetBytes() + ": " + damage.reason();
  }

  private static TreeSet<String> few(TreeSet<String> names, String name) {
    names.add(name);
    if (names.size() > VerifyResult.MAX_MODELS) {
      names.pollLast();
    }
    return names;
  }

  private static TreeSet<String> merge(TreeSet<String> a, TreeSet<String> b) {
    b.forEach(name -> few(a, name));
    return a;
  }
}
