package dev.zoopress.jobs.compress;

import dev.zoopress.codec.chunk.Chunker;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.jobs.delta.Place;
import dev.zoopress.jobs.delta.Sketch;
import dev.zoopress.jobs.index.Family;
import dev.zoopress.jobs.index.SketchTable;
import dev.zoopress.jobs.plan.RunContext;
import dev.zoopress.jobs.store.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/** Tensors of earlier runs that may be bases of what a run reads. */
final class PublishedBases implements AutoCloseable {
  private final JavaRDD<SketchTable.Row> rows;

  private PublishedBases(JavaRDD<SketchTable.Row> rows) {
    this.rows = rows;
  }

  static PublishedBases none(JavaSparkContext sc) {
    return new PublishedBases(sc.emptyRDD());
  }

  /** Looks for relatives of the models that {@code sketches} are of. */
  static PublishedBases of(JavaSparkContext sc, RunContext context, JavaRDD<Sketch> sketches) {
    List<String> names =
        sketches
            .mapToPair(s -> new Tuple2<>(s.modelName(), Family.of(s)))
            .reduceByKey(Family::plus)
            .values()
            .mapPartitions(families -> candidates(context, families))
            .distinct()
            .collect();
    if (names.isEmpty()) {
      return none(sc);
    }
    List<Tuple2<String, Integer>> numbered = new ArrayList<>();
    names.stream().sorted().forEach(n -> numbered.add(new Tuple2<>(n, numbered.size())));
    int parts = Math.min(numbered.size(), 4 * sc.defaultParallelism());
    return new PublishedBases(
        sc.parallelize(numbered, parts).mapPartitions(own -> read(context, own)).cache());
  }

  private static Iterator<String> candidates(RunContext context, Iterator<Family> families)
      throws IOException {
    List<String> names = new ArrayList<>();
    try (ObjectStore store = context.openStore()) {
      while (families.hasNext()) {
        names.addAll(SketchTable.candidates(store, families.next()));
      }
    }
    return names.iterator();
  }

  private static Iterator<SketchTable.Row> read(
      RunContext context, Iterator<Tuple2<String, Integer>> numbered) throws IOException {
    List<SketchTable.Row> rows = new ArrayList<>();
    try (ObjectStore store = context.openStore()) {
      while (numbered.hasNext()) {
        Tuple2<String, Integer> own = numbered.next();
        SketchTable.read(
            store,
            own._1(),
            row -> rows.add(new SketchTable.Row(row.sketch().published(own._2()), row.chunks())));
      }
    }
    return rows.iterator();
  }

  boolean isNone() {
    return rows.getNumPartitions() == 0;
  }

  @Override
  public void close() {
    rows.unpersist(false);
  }

  /** As the plan takes them: in front of everything that the run reads. */
  JavaRDD<Sketch> sketches() {
    return rows.map(SketchTable.Row::sketch);
  }

  /** Id and length of each of their chunks. */
  JavaPairRDD<Place, Tuple2<ChunkId, Integer>> ids() {
    return rows.flatMapToPair(
        row -> {
          List<Tuple2<Place, Tuple2<ChunkId, Integer>>> ids = new ArrayList<>();
          Sketch sketch = row.sketch();
          for (int i = 0; i < row.chunks().size(); i++) {
            long at = (long) i * Chunker.CHUNK_BYTES;
            int length = (int) Math.min(Chunker.CHUNK_BYTES, sketch.length() - at);
            ChunkId id = ChunkId.parse(row.chunks().get(i));
            ids.add(
                new Tuple2<>(sketch.place().at(sketch.offset() + at), new Tuple2<>(id, length)));
          }
          return ids.iterator();
        });
  }
}
