package dev.zoopress.jobs.reconcile;

import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.jobs.index.ChunkTable;
import dev.zoopress.jobs.plan.ByKey;
import dev.zoopress.jobs.plan.Leaders.Follower;
import dev.zoopress.jobs.plan.Picked;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Finds one place for every chunk that a run refers to: a published one if there is one, else the
 * smallest (pack, offset). The order of arrival has no say. Sorted by the shuffle, which spills,
 * and read in one pass.
 */
public final class Reconciler implements AutoCloseable {
  private final JavaRDD<Resolved> resolved;

  /** A chunk of a unit whose bytes lie elsewhere. */
  public record Placed(int unit, ChunkId id, ChunkLocation location) implements Serializable {}

  /** A chunk of a unit that does not lie in the unit's own pack; the winner is null for nowhere. */
  private record Resolved(Mention mention, Mention winner) implements Serializable {}

  /**
   * Prepares the pass; it runs when asked for its results.
   *
   * @param mentions of all units
   * @param published rows in packs that are known to be there
   * @param partitions of the shuffle
   */
  public Reconciler(JavaRDD<Mention> mentions, JavaRDD<ChunkTable.Row> published, int partitions) {
    resolved =
        mentions
            .union(published.map(Reconciler::published))
            .mapToPair(m -> new Tuple2<>(m, true))
            .repartitionAndSortWithinPartitions(
                new ByKey<Mention>(partitions, m -> m.id().hashCode()))
            .mapPartitions(Reconciler::resolve)
            .persist(StorageLevel.MEMORY_AND_DISK());
  }

  private static Mention published(ChunkTable.Row row) {
    Mention.At at =
        new Mention.At(
            row.pack(),
            row.frameOffset(),
            row.frameStoredBytes(),
            row.frameRawBytes(),
            row.offsetInFrame(),
            row.base() == null ? "" : row.base(),
            row.basePosition());
    return new Mention(ChunkId.parse(row.id()), -1, at, null);
  }

  private static Iterator<Resolved> resolve(Iterator<Tuple2<Mention, Boolean>> sorted) {
    return new Picked<>(sorted) {
      private Mention first;

      @Override
      protected Resolved pick(Tuple2<Mention, Boolean> next) {
        Mention mention = next._1();
        if (first == null || !first.id().equals(mention.id())) {
          first = mention;
          return mention.at() == null ? new Resolved(mention, null) : null;
        }
        boolean elsewhere = first.at() != null && mention.unit() >= 0;
        return elsewhere && mention.unit() != first.unit() ? new Resolved(mention, first) : null;
      }
    };
  }

  /** Chunks that no pack holds, one place each, by the unit that can read it. */
  public List<Tuple2<Integer, Follower>> missing(int limit) {
    return resolved
        .filter(r -> r.winner() == null)
        .map(r -> new Tuple2<>(r.mention().unit(), r.mention().place()))
        .take(limit);
  }

  /** Packs of published chunks that the run is going to refer to, those of their bases included. */
  public List<String> reusedPacks() {
    return resolved
        .filter(r -> r.winner() != null && r.winner().unit() < 0)
        .flatMap(r -> r.winner().at().location().packs().iterator())
        .distinct()
        .collect();
  }

  /** Chunks whose bytes lie in another unit's pack, or in a published one, by unit. */
  public JavaPairRDD<Integer, Placed> placed() {
    return resolved
        .filter(r -> r.winner() != null)
        .mapToPair(
            r -> {
              int unit = r.mention().unit();
              ChunkLocation location = r.winner().at().location();
              return new Tuple2<>(unit, new Placed(unit, r.mention().id(), location));
            });
  }

  @Override
  public void close() {
    resolved.unpersist(false);
  }
}
