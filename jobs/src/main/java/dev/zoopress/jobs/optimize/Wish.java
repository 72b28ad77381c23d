package dev.zoopress.jobs.optimize;

import dev.zoopress.codec.manifest.Base;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.jobs.delta.Place;
import dev.zoopress.jobs.delta.Target;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * What the plan wants a chunk to stand on.
 *
 * @param needs chunks of the base, in order
 * @param scales the chunk that holds them, null for none
 */
record Wish(Target target, List<ChunkId> needs, ChunkId scales) implements Serializable {

  private record Need(int number, ChunkId id) implements Serializable {}

  /**
   * The wishes by chunk. A chunk that stands alone at one of its places stands alone at all; of
   * several wishes the first in the plan's order counts.
   *
   * @param ids the chunk at each place of a file
   */
  static JavaPairRDD<ChunkId, Wish> all(JavaRDD<Target> targets, JavaPairRDD<Place, ChunkId> ids) {
    JavaPairRDD<Place, Target> byPlace = targets.mapToPair(t -> new Tuple2<>(t.place(), t));
    JavaPairRDD<Place, Need> needs =
        targets
            .flatMapToPair(
                t -> {
                  List<Tuple2<Place, Tuple2<Place, Integer>>> rows = new ArrayList<>();
                  for (int i = 0; i < t.needs().size(); i++) {
                    rows.add(new Tuple2<>(t.needs().get(i), new Tuple2<>(t.place(), i)));
                  }
                  if (t.scalesAt() != null) {
                    rows.add(new Tuple2<>(t.scalesAt(), new Tuple2<>(t.place(), -1)));
                  }
                  return rows.iterator();
                })
            .join(ids)
            .values()
            .mapToPair(t -> new Tuple2<>(t._1()._1(), new Need(t._1()._2(), t._2())));
    JavaPairRDD<ChunkId, Boolean> alone =
        ids.subtractByKey(byPlace).mapToPair(t -> new Tuple2<>(t._2(), true)).distinct();
    return needs
        .groupByKey()
        .join(byPlace)
        .join(ids)
        .mapToPair(t -> new Tuple2<>(t._2()._2(), of(t._2()._1()._2(), t._2()._1()._1())))
        .filter(t -> t._2() != null && !t._2().needs().contains(t._1()))
        .reduceByKey((x, y) -> x.before(y) ? x : y)
        .subtractByKey(alone);
  }

  private boolean before(Wish other) {
    int order = Integer.compare(target.level(), other.target.level());
    return (order != 0 ? order : target.place().compareTo(other.target.place())) <= 0;
  }

  private static Wish of(Target target, Iterable<Need> found) {
    ChunkId[] needs = new ChunkId[target.needs().size()];
    ChunkId scales = null;
    for (Need need : found) {
      if (need.number() < 0) {
        scales = need.id();
      } else {
        needs[need.number()] = need.id();
      }
    }
    for (ChunkId need : needs) {
      if (need == null) {
        return null;
      }
    }
    return target.scalesAt() != null && scales == null
        ? null
        : new Wish(target, List.of(needs), scales);
  }

  /** Whether one of a chunk's places is as wished. */
  boolean fulfilled(Held held) {
    return held.places().stream().anyMatch(this::fulfilled);
  }

  private boolean fulfilled(ChunkLocation at) {
    Base base = at.base();
    if (base == null
        || at.basePosition() != target.position()
        || !base.view().equals(target.view())
        || !base.chunks().stream().map(ChunkEntry::id).toList().equals(needs)) {
      return false;
    }
    Base.Scales s = base.scales();
    Target.ScaleUse use = target.scales();
    return s == null
        ? use == null
        : use != null
            && s.chunk().id().equals(scales)
            && s.offsetBytes() == use.offset()
            && s.count() == use.count()
            && s.stride() == use.stride()
            && s.zero() == use.zero();
  }

  /** The base as wished, read from these places; null where they make none. */
  Base base(List<ChunkEntry> chunks, ChunkEntry scalesChunk) {
    Target.ScaleUse use = target.scales();
    try {
      Base base =
          new Base(
              target.view(),
              chunks,
              use == null
                  ? null
                  : new Base.Scales(
                      scalesChunk, use.offset(), use.count(), use.stride(), use.zero()));
      return target.position() > base.lengthBytes() - target.length() ? null : base;
    } catch (IllegalArgumentException e) {
      // The base is something else than its sketch promised, or stands too deep.
      return null;
    }
  }
}
