package dev.zoopress.jobs.plan;

import dev.zoopress.jobs.index.ChunkTable;
import dev.zoopress.jobs.plan.HintTask.Hinted;
import dev.zoopress.jobs.store.ObjectStore;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/**
 * Of chunks with equal hints the first in the plan's order leads; the others are followers, which
 * their units only hash. A hint that the store's index knows leads from the store.
 *
 * <p>Hints are sorted by the shuffle, which spills, and read in one pass: a hint that a million
 * chunks share costs no memory.
 */
public final class Leaders {
  private Leaders() {}

  /** A chunk that is only hashed: its place in the plan. */
  public record Follower(int slice, int model, int content, long offset)
      implements Serializable, Comparable<Follower> {
    private static final Comparator<Follower> ORDER =
        Comparator.comparingInt(Follower::slice)
            .thenComparingInt(Follower::model)
            .thenComparingInt(Follower::content)
            .thenComparingLong(Follower::offset);

    @Override
    public int compareTo(Follower other) {
      return ORDER.compare(this, other);
    }
  }

  /**
   * A hint at a place; {@code place} is null for one that the store knows, which sorts before all.
   */
  private record Mention(long high, long low, Follower place, int unit)
      implements Serializable, Comparable<Mention> {
    private static final Comparator<Mention> ORDER =
        Comparator.comparingLong(Mention::high)
            .thenComparingLong(Mention::low)
            .thenComparing(Mention::place, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparingInt(Mention::unit);

    @Override
    public int compareTo(Mention other) {
      return ORDER.compare(this, other);
    }

    boolean isOf(Mention other) {
      return other != null && high == other.high && low == other.low;
    }
  }

  /**
   * The followers by unit.
   *
   * @param known rows of published chunks; those without a hint are left out
   * @param partitions of the shuffle
   */
  public static JavaPairRDD<Integer, Follower> followers(
      JavaSparkContext sc,
      RunContext context,
      List<Hinted> hinted,
      JavaRDD<ChunkTable.Row> known,
      int partitions) {
    List<String> keys = new ArrayList<>();
    hinted.stream().map(Hinted::key).filter(k -> !k.isEmpty()).forEach(keys::add);
    if (keys.isEmpty()) {
      return JavaPairRDD.fromJavaRDD(sc.emptyRDD());
    }
    JavaRDD<Mention> mentions =
        sc.parallelize(keys, keys.size()).mapPartitions(p -> read(context, p));
    JavaRDD<Mention> stored =
        known
            .filter(r -> r.hintHigh() != 0 || r.hintLow() != 0)
            .map(r -> new Mention(r.hintHigh(), r.hintLow(), null, -1));
    return mentions
        .union(stored)
        .mapToPair(m -> new Tuple2<>(m, true))
        .repartitionAndSortWithinPartitions(
            new ByKey<Mention>(partitions, m -> Objects.hash(m.high, m.low)))
        .mapPartitionsToPair(sorted -> followers(sorted));
  }

  private static Iterator<Tuple2<Integer, Follower>> followers(
      Iterator<Tuple2<Mention, Boolean>> sorted) {
    return new Picked<>(sorted) {
      private Mention leader;

      @Override
      protected Tuple2<Integer, Follower> pick(Tuple2<Mention, Boolean> next) {
        Mention mention = next._1();
        if (!mention.isOf(leader)) {
          leader = mention;
          return null;
        }
        return mention.place() == null || mention.unit() == leader.unit()
            ? null
            : new Tuple2<>(mention.unit(), mention.place());
      }
    };
  }

  private static Iterator<Mention> read(RunContext context, Iterator<String> keys)
      throws IOException {
    List<Mention> rows = new ArrayList<>();
    try (ObjectStore store = context.openStore()) {
      RunFolder run = new RunFolder(store, context.runId());
      while (keys.hasNext()) {
        run.read(
            keys.next(),
            Hints.Row.class,
            r ->
                rows.add(
                    new Mention(
                        r.high(),
                        r.low(),
                        new Follower(r.slice(), r.model(), r.content(), r.offset()),
                        r.unit())));
      }
    }
    return rows.iterator();
  }
}
