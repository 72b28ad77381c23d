package dev.zoopress.jobs.report;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Which models stand on which, and which hold the same chunks: asked of a store's chunk rows. */
final class Relations {
  private static final int MAX_GROUPS = 40;

  /** The model on which most of a model's differences stand, if it is another one. */
  private static final String BASES =
      """
      SELECT model, base, bytes FROM (
        SELECT d.model, b.model AS base, sum(b.bytes) AS bytes,
               row_number() OVER (PARTITION BY d.model ORDER BY sum(b.bytes) DESC, b.model) AS nth
        FROM (SELECT DISTINCT model, pack, frame, inside FROM chunks WHERE pack <> '' AND own = 0) d
        LEFT ANTI JOIN (SELECT model, pack, frame, inside FROM chunks WHERE own = 1) o
          USING (model, pack, frame, inside)
        JOIN (SELECT pack, frame, inside, min(model) AS model, max(bytes) AS bytes
              FROM chunks WHERE own = 1 GROUP BY pack, frame, inside) b
          USING (pack, frame, inside)
        GROUP BY d.model, b.model) WHERE nth = 1 AND model <> base
      ORDER BY base, model""";

  private static final String DELTAS =
      """
      SELECT model, sum(bytes), sum(share) FROM (
        SELECT model, pack, frame, inside, max(bytes) AS bytes, max(share) AS share
        FROM chunks WHERE own = 1 AND technique = 'delta' GROUP BY model, pack, frame, inside)
      GROUP BY model""";

  private static final String SAME =
      """
      SELECT models, n, sum(bytes) AS bytes, count(*) FROM (
        SELECT slice(sort_array(collect_set(model)), 1, 12) AS models, count(DISTINCT model) AS n,
               max(bytes) AS bytes
        FROM chunks WHERE own = 1 GROUP BY pack, frame, inside HAVING count(DISTINCT model) > 1)
      GROUP BY models, n ORDER BY bytes * (n - 1) DESC, models LIMIT\s""";

  private final List<Derived> derived = new ArrayList<>();
  private final List<Group> groups = new ArrayList<>();

  /**
   * A model that is stored as differences.
   *
   * @param base the model that most of them stand on
   * @param bytes source bytes of its chunks that are stored so
   * @param storedBytes what these take
   */
  record Derived(String model, String base, long bytes, long storedBytes) {}

  /**
   * Models that hold the same chunks.
   *
   * @param models the first 12, in order
   * @param modelCount all of them
   * @param bytes of these chunks, once
   */
  record Group(List<String> models, long modelCount, long bytes, long chunks) {
    Group {
      models = List.copyOf(models);
    }

    /** What further copies would take, before compression. */
    long sparedBytes() {
      return bytes * (modelCount - 1);
    }
  }

  List<Derived> derived() {
    return derived;
  }

  List<Group> groups() {
    return groups;
  }

  void ask(SparkSession spark) {
    java.util.Map<String, long[]> deltas = new java.util.HashMap<>();
    for (Row row : spark.sql(DELTAS).collectAsList()) {
      deltas.put(row.getString(0), new long[] {row.getLong(1), row.getLong(2)});
    }
    for (Row row : spark.sql(BASES).collectAsList()) {
      long[] sum = deltas.getOrDefault(row.getString(0), new long[2]);
      derived.add(new Derived(row.getString(0), row.getString(1), sum[0], sum[1]));
    }
    for (Row row : spark.sql(SAME + MAX_GROUPS).collectAsList()) {
      groups.add(new Group(row.getList(0), row.getLong(1), row.getLong(2), row.getLong(3)));
    }
  }
}
