package dev.zoopress.jobs.estimate;

import dev.zoopress.jobs.compress.ByteShare;
import dev.zoopress.jobs.compress.CompressOptions;
import dev.zoopress.jobs.compress.CompressResult;
import dev.zoopress.jobs.compress.ModelResult;
import dev.zoopress.jobs.compress.ModelResult.Status;
import dev.zoopress.jobs.compress.RunWork;
import dev.zoopress.jobs.compress.Totals;
import dev.zoopress.jobs.estimate.ModelEstimate.Looked;
import dev.zoopress.jobs.estimate.ModelEstimate.Use;
import dev.zoopress.jobs.plan.Hints.Hint;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/** Adds estimates up, per technique, per element type and per model. */
final class Sums {
  /** Footers, manifests and index take about so many bytes for a chunk, measured on a real zoo. */
  private static final int CHUNK_BYTES = 72;

  private final Map<String, ByteShare> by = new TreeMap<>();
  private final Map<String, ByteShare> dtypes = new TreeMap<>();
  private final List<ModelEstimate> models;
  private long chunks;

  /** What one kind of chunks comes to. */
  private record Part(long chunks, ByteShare share) implements Serializable {
    Part plus(Part other) {
      return new Part(chunks + other.chunks, share.plus(other.share));
    }
  }

  /**
   * Runs what is still to be run.
   *
   * @param storage what each chunk takes
   */
  Sums(JavaRDD<SlicedModel> planned, JavaRDD<Look> looks, JavaPairRDD<Hint, Stored> storage) {
    for (String technique : List.of("duplicates", "delta", "entropy", "raw")) {
      by.put(technique, new ByteShare(0, 0));
    }
    JavaRDD<Tuple2<Piece, Stored>> members =
        looks
            .flatMap(look -> look.pieces().iterator())
            .mapToPair(piece -> new Tuple2<>(piece.hint(), piece))
            .join(storage)
            .values();
    members
        .mapToPair(Sums::part)
        .reduceByKey(Part::plus)
        .collect()
        .forEach(t -> add(t._1()._1(), t._1()._2(), t._2()));
    JavaPairRDD<Tuple2<Integer, Integer>, Looked> looked =
        looks
            .mapToPair(l -> new Tuple2<>(model(l.content().slice(), l.content().model()), l))
            .mapValues(Looked::of)
            .reduceByKey(Looked::plus);
    models =
        new ArrayList<>(
            planned
                .mapToPair(m -> new Tuple2<>(model(m.slice(), m.number()), m))
                .leftOuterJoin(looked)
                .cogroup(members.mapToPair(Sums::use))
                .values()
                .map(t -> new Tuple2<>(t._1().iterator().next(), t._2()))
                .map(t -> ModelEstimate.of(t._1()._1(), t._1()._2().orElse(Looked.NOTHING), t._2()))
                .collect());
    models.sort(
        Comparator.comparingInt(ModelEstimate::slice).thenComparingInt(ModelEstimate::number));
  }

  private static Tuple2<Integer, Integer> model(int slice, int number) {
    return new Tuple2<>(slice, number);
  }

  private static Tuple2<Tuple2<Integer, Integer>, Use> use(Tuple2<Piece, Stored> member) {
    Piece piece = member._1();
    return new Tuple2<>(
        model(piece.place().slice(), piece.place().model()),
        new Use(piece.place().content(), piece.hint(), member._2().bytes()));
  }

  private static Tuple2<Tuple2<String, String>, Part> part(Tuple2<Piece, Stored> member) {
    Piece piece = member._1();
    Stored stored = member._2();
    boolean leads = piece.place().equals(stored.leader());
    return new Tuple2<>(
        new Tuple2<>(leads ? stored.technique() : "duplicates", piece.dtype().name()),
        new Part(1, new ByteShare(piece.length(), leads ? stored.bytes() : 0)));
  }

  private void add(String technique, String dtype, Part part) {
    by.merge(technique, part.share(), ByteShare::plus);
    dtypes.merge(dtype, part.share(), ByteShare::plus);
    chunks += part.chunks();
  }

  private long count(Status status) {
    return models.stream().filter(m -> m.status() == status).count();
  }

  private Totals totals() {
    List<ModelEstimate> planned =
        models.stream().filter(m -> m.status() == Status.PLANNED).toList();
    long frames = by.values().stream().mapToLong(ByteShare::stored).sum();
    return new Totals(
        planned.size(),
        planned.stream().mapToLong(ModelEstimate::files).sum(),
        chunks,
        planned.stream().mapToLong(ModelEstimate::sourceBytes).sum(),
        frames + CHUNK_BYTES * chunks,
        by,
        dtypes);
  }

  /**
   * The result, for people and programs.
   *
   * @param warnings of the listing
   * @param sampledBytes read for samples
   */
  CompressResult result(
      CompressOptions options,
      List<String> warnings,
      long sampledBytes,
      long memoryBoundBytes,
      long wallNanos,
      Map<String, Long> wallStageNanos) {
    List<ModelResult> results = new ArrayList<>();
    List<String> notes = new ArrayList<>(warnings);
    for (ModelEstimate model : models) {
      results.addAll(model.results());
      notes.addAll(model.looked().warnings());
    }
    int most = CompressResult.MAX_FAILED;
    return new CompressResult(
        options.runId(),
        options.source(),
        options.store(),
        totals(),
        new RunWork(
            count(Status.UNCHANGED),
            models.stream().mapToLong(ModelEstimate::filesUnchanged).sum(),
            count(Status.FAILED),
            models.stream().mapToLong(m -> m.looked().bytesRead()).sum(),
            sampledBytes,
            0,
            0,
            0,
            memoryBoundBytes,
            wallNanos,
            wallStageNanos,
            Map.of(),
            Map.of()),
        results.stream().filter(r -> r.status() == Status.FAILED).limit(most).toList(),
        notes.stream().limit(most).toList(),
        results::forEach);
  }
}
