package dev.zoopress.jobs.compress;

import dev.zoopress.codec.chunk.Chunker;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.jobs.compress.UnitRecord.ContentResult;
import dev.zoopress.jobs.compress.UnitRecord.Line;
import dev.zoopress.jobs.compress.UnitRecord.SegmentPart;
import dev.zoopress.jobs.delta.Place;
import dev.zoopress.jobs.delta.Sketch;
import dev.zoopress.jobs.index.Family;
import dev.zoopress.jobs.index.SketchTable;
import dev.zoopress.jobs.plan.ByKey;
import dev.zoopress.jobs.plan.RunContext;
import dev.zoopress.jobs.plan.RunFolder;
import dev.zoopress.jobs.store.CountingStore;
import dev.zoopress.jobs.store.ObjectStore;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * Keeps in the index the sketches of what a run stored without a base. Sketches and chunk ids meet
 * in a sorted shuffle and are read in one pass.
 */
final class SketchRecorder {
  /** Further tensors of a model are not kept: bounds what a task holds. */
  private static final int MAX_ROWS = 4096;

  private SketchRecorder() {}

  /** A sketch, or behind it the chunks of its tensor: the id is empty for one not stored alone. */
  private record Piece(Place place, Sketch sketch, String chunk)
      implements Serializable, Comparable<Piece> {
    private static final Comparator<Piece> ORDER =
        Comparator.comparing(Piece::place).thenComparing(p -> p.sketch == null);

    @Override
    public int compareTo(Piece other) {
      return ORDER.compare(this, other);
    }
  }

  /**
   * Writes them; returns the bytes that the store gained.
   *
   * @param records keys of the records of the run's units
   */
  static long record(
      RunContext context, JavaRDD<Sketch> sketches, JavaRDD<String> records, int partitions) {
    return sketches
        .filter(Sketch::isFloat)
        .map(s -> new Piece(s.place(), s, ""))
        .union(records.mapPartitions(keys -> chunks(context, keys)))
        .mapToPair(p -> new Tuple2<>(p, true))
        .repartitionAndSortWithinPartitions(
            new ByKey<Piece>(partitions, p -> Objects.hash(p.place.slice(), p.place.model())))
        .mapPartitions(sorted -> write(context, sorted))
        .fold(0L, Long::sum);
  }

  private static Iterator<Piece> chunks(RunContext context, Iterator<String> keys)
      throws IOException {
    List<Piece> pieces = new ArrayList<>();
    try (ObjectStore store = context.openStore()) {
      RunFolder run = new RunFolder(store, context.runId());
      while (keys.hasNext()) {
        Set<ChunkId> alone = new HashSet<>();
        Map<Place, ChunkId> met = new HashMap<>();
        run.read(
            keys.next(),
            Line.class,
            line -> {
              if (line.chunk() != null && line.chunk().base().isEmpty()) {
                alone.add(ChunkId.parse(line.chunk().id()));
              } else if (line.content() != null) {
                met.putAll(places(line.content()));
              }
            });
        met.forEach(
            (place, id) -> pieces.add(new Piece(place, null, alone.contains(id) ? id.hex() : "")));
      }
    }
    return pieces.iterator();
  }

  private static Map<Place, ChunkId> places(ContentResult content) {
    Map<Place, ChunkId> places = new HashMap<>();
    if (content.error().isEmpty() && content.piece() != ContentResult.LATER_WAVE) {
      for (SegmentPart part : content.segments()) {
        for (int i = 0; i < part.chunkCount(); i++) {
          places.put(
              new Place(content.slice(), content.model(), content.index(), part.chunkOffset(i)),
              part.chunkId(i));
        }
      }
    }
    return places;
  }

  private static Iterator<Long> write(RunContext context, Iterator<Tuple2<Piece, Boolean>> sorted)
      throws IOException {
    // Closed with the store below it.
    try (ObjectStore store = context.openStore()) {
      CountingStore counting = new CountingStore(store);
      Pass pass = new Pass(counting);
      while (sorted.hasNext()) {
        pass.next(sorted.next()._1());
      }
      pass.flush();
      return List.of(counting.addedBytes()).iterator();
    }
  }

  private static final class Pass {
    private final ObjectStore store;
    private final List<SketchTable.Row> rows = new ArrayList<>();
    private final List<String> chunks = new ArrayList<>();
    private Sketch open;
    private Family family;

    Pass(ObjectStore store) {
      this.store = store;
    }

    void next(Piece piece) throws IOException {
      if (piece.sketch() != null) {
        if (family != null && !family.modelName().equals(piece.sketch().modelName())) {
          flush();
        }
        open = piece.sketch();
        chunks.clear();
        Family own = Family.of(open);
        family = family == null ? own : family.plus(own);
        return;
      }
      if (open == null) {
        return;
      }
      long expected = open.offset() + (long) chunks.size() * Chunker.CHUNK_BYTES;
      if (piece.chunk().isEmpty() || !piece.place().equals(open.place().at(expected))) {
        open = null;
        return;
      }
      chunks.add(piece.chunk());
      if (open.length() <= (long) chunks.size() * Chunker.CHUNK_BYTES) {
        if (rows.size() < MAX_ROWS) {
          rows.add(new SketchTable.Row(open, List.copyOf(chunks)));
        }
        open = null;
      }
    }

    void flush() throws IOException {
      if (!rows.isEmpty()) {
        SketchTable.put(store, family, rows);
      }
      rows.clear();
      family = null;
      open = null;
    }
  }
}
