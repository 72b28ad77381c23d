package dev.zoopress.jobs.reconcile;

import dev.zoopress.codec.manifest.Base;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.jobs.compress.UnitRecord.ContentResult;
import dev.zoopress.jobs.compress.UnitRecord.Line;
import dev.zoopress.jobs.compress.UnitRecord.SegmentPart;
import dev.zoopress.jobs.compress.UnitRecord.StoredChunk;
import dev.zoopress.jobs.delta.BaseText;
import dev.zoopress.jobs.delta.Place;
import dev.zoopress.jobs.delta.Planned;
import dev.zoopress.jobs.delta.Target;
import dev.zoopress.jobs.index.ChunkTable;
import dev.zoopress.jobs.plan.RunContext;
import dev.zoopress.jobs.plan.RunFolder;
import dev.zoopress.jobs.store.ObjectStore;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * Finds where the bases of planned differences lie, once earlier waves have stored them. A target
 * one of whose base's chunks is nowhere is left out: it will be stored on its own.
 */
public final class BasePlaces {
  private BasePlaces() {}

  /** A chunk of a base that a target waits for; its number is -1 for the chunk of scales. */
  private record Need(Place target, int number, int length) implements Serializable {}

  /** A chunk of a target's base with its place. */
  private record Found(int number, ChunkEntry chunk) implements Serializable {}

  /** Where a chunk is stored; a published place comes first. */
  private record Stored(boolean fresh, ChunkLocation at) implements Serializable {
    Stored min(Stored other) {
      int order = Boolean.compare(fresh, other.fresh);
      order = order != 0 ? order : at.pack().compareTo(other.at.pack());
      order = order != 0 ? order : Long.compare(at.frameOffset(), other.at.frameOffset());
      order = order != 0 ? order : Integer.compare(at.offsetInFrame(), other.at.offsetInFrame());
      return order <= 0 ? this : other;
    }
  }

  /**
   * The targets whose bases are there, by the unit that reads them. Left out are those whose own
   * bytes are stored already; of equal ones the first in the plan's order stays.
   *
   * @param records keys of the records of all units so far
   * @param published as in {@link Reconciler}
   * @param more ids of chunks at places that no record of this run has
   */
  public static JavaPairRDD<Integer, Planned> resolve(
      RunContext context,
      JavaRDD<Target> targets,
      JavaRDD<String> records,
      JavaRDD<ChunkTable.Row> published,
      JavaPairRDD<Place, Tuple2<ChunkId, Integer>> more) {
    JavaPairRDD<Place, Tuple2<ChunkId, Integer>> ids =
        records.mapPartitionsToPair(keys -> read(context, keys, BasePlaces::ids)).union(more);
    JavaPairRDD<ChunkId, Stored> places =
        records
            .mapPartitionsToPair(keys -> read(context, keys, BasePlaces::stored))
            .union(published.mapToPair(BasePlaces::published));
    JavaPairRDD<ChunkId, Stored> known = places.reduceByKey(Stored::min);
    JavaRDD<Target> open =
        targets
            .mapToPair(t -> new Tuple2<>(t.place(), t))
            .join(ids)
            .mapToPair(t -> new Tuple2<>(t._2()._2()._1(), t._2()._1()))
            .subtractByKey(known)
            .reduceByKey((x, y) -> x.place().compareTo(y.place()) <= 0 ? x : y)
            .values();
    return placed(open, ids, known);
  }

  /**
   * The targets that stand on nothing but chunks of known ids that are published, by the unit that
   * reads them.
   */
  public static JavaPairRDD<Integer, Planned> ready(
      JavaRDD<Target> targets,
      JavaRDD<ChunkTable.Row> published,
      JavaPairRDD<Place, Tuple2<ChunkId, Integer>> ids) {
    return placed(
        targets, ids, published.mapToPair(BasePlaces::published).reduceByKey(Stored::min));
  }

  private static JavaPairRDD<Integer, Planned> placed(
      JavaRDD<Target> targets,
      JavaPairRDD<Place, Tuple2<ChunkId, Integer>> ids,
      JavaPairRDD<ChunkId, Stored> known) {
    return targets
        .flatMapToPair(BasePlaces::needs)
        .join(ids)
        .values()
        .mapToPair(
            t -> new Tuple2<>(t._2()._1(), new Need(t._1().target(), t._1().number(), t._2()._2())))
        .join(known)
        .mapToPair(
            t -> {
              Need need = t._2()._1();
              ChunkEntry chunk = new ChunkEntry(t._1(), need.length(), t._2()._2().at());
              return new Tuple2<>(need.target(), new Found(need.number(), chunk));
            })
        .groupByKey()
        .join(targets.mapToPair(t -> new Tuple2<>(t.place(), t)))
        .values()
        .flatMapToPair(t -> planned(t._2(), t._1()));
  }

  private static Iterator<Tuple2<Place, Need>> needs(Target target) {
    List<Tuple2<Place, Need>> needs = new ArrayList<>();
    for (int i = 0; i < target.needs().size(); i++) {
      needs.add(new Tuple2<>(target.needs().get(i), new Need(target.place(), i, 0)));
    }
    if (target.scalesAt() != null) {
      needs.add(new Tuple2<>(target.scalesAt(), new Need(target.place(), -1, 0)));
    }
    return needs.iterator();
  }

  private interface Reader<K, V> extends Serializable {
    void read(Line line, List<Tuple2<K, V>> rows);
  }

  private static <K, V> Iterator<Tuple2<K, V>> read(
      RunContext context, Iterator<String> keys, Reader<K, V> reader) throws IOException {
    List<Tuple2<K, V>> rows = new ArrayList<>();
    try (ObjectStore store = context.openStore()) {
      RunFolder run = new RunFolder(store, context.runId());
      while (keys.hasNext()) {
        run.read(keys.next(), Line.class, line -> reader.read(line, rows));
      }
    }
    return rows.iterator();
  }

  private static void ids(Line line, List<Tuple2<Place, Tuple2<ChunkId, Integer>>> rows) {
    ContentResult content = line.content();
    if (content == null
        || !content.error().isEmpty()
        || content.piece() == ContentResult.LATER_WAVE) {
      return;
    }
    for (SegmentPart part : content.segments()) {
      for (int i = 0; i < part.chunkCount(); i++) {
        Place place =
            new Place(content.slice(), content.model(), content.index(), part.chunkOffset(i));
        rows.add(new Tuple2<>(place, new Tuple2<>(part.chunkId(i), part.chunkLengths().get(i))));
      }
    }
  }

  private static void stored(Line line, List<Tuple2<ChunkId, Stored>> rows) {
    StoredChunk chunk = line.chunk();
    if (chunk != null) {
      rows.add(new Tuple2<>(ChunkId.parse(chunk.id()), new Stored(true, chunk.location())));
    }
  }

  private static Tuple2<ChunkId, Stored> published(ChunkTable.Row r) {
    return new Tuple2<>(ChunkId.parse(r.id()), new Stored(false, r.location()));
  }

  private static Iterator<Tuple2<Integer, Planned>> planned(Target target, Iterable<Found> found) {
    ChunkEntry[] chunks = new ChunkEntry[target.needs().size()];
    ChunkEntry scales = null;
    for (Found f : found) {
      if (f.number() < 0) {
        scales = f.chunk();
      } else {
        chunks[f.number()] = f.chunk();
      }
    }
    boolean complete = !Arrays.asList(chunks).contains(null);
    if (!complete || (target.scalesAt() != null && scales == null)) {
      return List.<Tuple2<Integer, Planned>>of().iterator();
    }
    try {
      Target.ScaleUse use = target.scales();
      Base base =
          new Base(
              target.view(),
              List.of(chunks),
              use == null
                  ? null
                  : new Base.Scales(scales, use.offset(), use.count(), use.stride(), use.zero()));
      if (target.position() > base.lengthBytes() - target.length()) {
        return List.<Tuple2<Integer, Planned>>of().iterator();
      }
      Planned planned =
          new Planned(target.place().follower(), BaseText.write(base), target.position());
      return List.of(new Tuple2<>(target.unit(), planned)).iterator();
    } catch (IllegalArgumentException e) {
      // The base turned out to be something else than the plan took it for.
      return List.<Tuple2<Integer, Planned>>of().iterator();
    }
  }
}
