package dev.zoopress.jobs.delta;

import dev.zoopress.codec.chunk.Chunker;
import dev.zoopress.codec.pack.FramePacker;
import dev.zoopress.codec.view.Rule;
import dev.zoopress.codec.view.View;
import dev.zoopress.jobs.delta.BaseChoice.Pair;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.Optional;
import scala.Tuple2;

/**
 * Plans which tensors stand on which. The driver holds a row per pair of contents that resemble
 * each other, never tensors.
 */
public final class DeltaPlanner {
  /** Contents that are tried as bases for a tensor of one name and shape. */
  private static final int MAX_BASES = 16;

  private DeltaPlanner() {}

  /**
   * The chunks that are to be stored as differences.
   *
   * @param sketches of all tensors that the run reads, and of published ones, which may be bases
   */
  public static JavaRDD<Target> plan(JavaSparkContext sc, JavaRDD<Sketch> sketches) {
    // Equal tensors lead and follow; only leaders are planned.
    JavaPairRDD<List<Object>, Sketch> leaders =
        sketches
            .mapToPair(s -> new Tuple2<>(s.sameness(), s))
            .reduceByKey((x, y) -> Rank.of(x).compareTo(Rank.of(y)) <= 0 ? x : y)
            .cache();
    JavaRDD<Edge> twins =
        flatten(Twins.edges(leaders.values()).filter(e -> !e.target().isPublished())).cache();
    JavaPairRDD<Place, Edge> parents = byTarget(twins);
    JavaRDD<Edge> deltas = deltas(sc, sketches, leaders, parents);
    JavaPairRDD<Place, Edge> all = parents.union(byTarget(deltas)).cache();
    JavaRDD<Tuple2<Edge, Integer>> planned = levels(all).cache();
    return planned
        .union(followers(sketches, leaders, planned))
        .filter(t -> !t._1().target().isPublished())
        .flatMap(DeltaPlanner::targets);
  }

  /**
   * Tensors whose windows are those of another one. Each is planned like its leader, or on its
   * leader where that stands alone: an equal one is found to be stored when its turn comes, and one
   * that differs between the windows, as a fine-tune's embedding may, is a difference.
   */
  private static JavaRDD<Tuple2<Edge, Integer>> followers(
      JavaRDD<Sketch> sketches,
      JavaPairRDD<List<Object>, Sketch> leaders,
      JavaRDD<Tuple2<Edge, Integer>> planned) {
    return sketches
        .mapToPair(s -> new Tuple2<>(s.sameness(), s))
        .join(leaders)
        .values()
        .filter(t -> !t._1().place().equals(t._2().place()))
        .mapToPair(t -> new Tuple2<>(t._2().place(), t))
        .leftOuterJoin(planned.mapToPair(t -> new Tuple2<>(t._1().target().place(), t)))
        .values()
        .map(t -> follower(t._1()._1(), t._1()._2(), t._2()));
  }

  private static Tuple2<Edge, Integer> follower(
      Sketch own, Sketch leader, Optional<Tuple2<Edge, Integer>> planned) {
    if (!planned.isPresent()) {
      return new Tuple2<>(new Edge(own, leader, View.same(own.dtype()), 1, 0, false), 1);
    }
    Edge edge = planned.get()._1();
    Edge like =
        new Edge(own, edge.base(), edge.view(), edge.affineStride(), edge.misses(), edge.delta());
    return new Tuple2<>(like, planned.get()._2());
  }

  private static JavaPairRDD<Place, Edge> byTarget(JavaRDD<Edge> edges) {
    return edges.mapToPair(e -> new Tuple2<>(e.target().place(), e));
  }

  private static JavaPairRDD<Place, Edge> byBase(JavaRDD<Edge> edges) {
    return edges.mapToPair(e -> new Tuple2<>(e.base().place(), e));
  }

  /** Stands edges upon the bases of their bases, where two views make one. */
  private static JavaRDD<Edge> flatten(JavaRDD<Edge> edges) {
    JavaRDD<Edge> flat = edges;
    for (int i = 0; i < 2; i++) {
      flat =
          byBase(flat)
              .leftOuterJoin(byTarget(edges))
              .values()
              .map(
                  t -> {
                    Edge upon = t._2().isPresent() ? t._1().upon(t._2().get()) : null;
                    return upon == null ? t._1() : upon;
                  });
    }
    return flat;
  }

  private static JavaRDD<Edge> deltas(
      JavaSparkContext sc,
      JavaRDD<Sketch> sketches,
      JavaPairRDD<List<Object>, Sketch> leaders,
      JavaPairRDD<Place, Edge> twins) {
    JavaPairRDD<Place, Boolean> isTwin = twins.mapValues(e -> true);
    JavaPairRDD<List<Object>, Member> members =
        sketches
            .filter(Sketch::isFloat)
            .mapToPair(s -> new Tuple2<>(s.sameness(), s))
            .join(leaders)
            .mapToPair(t -> new Tuple2<>(t._2()._2().place(), t._2()))
            .leftOuterJoin(isTwin)
            .values()
            .map(t -> new Member(t._1()._1(), t._1()._2(), t._2().isPresent()))
            .mapToPair(m -> new Tuple2<>(m.name(), m))
            .cache();
    List<Pair> pairs =
        members
            .groupByKey()
            .flatMapToPair(t -> compare(t._2()))
            .reduceByKey(Neighbours::plus)
            .map(t -> new Pair(t._1()._1(), t._1()._2(), t._2()))
            .collect();
    Map<Place, Place> chosen = BaseChoice.choose(pairs);
    if (chosen.isEmpty()) {
      return sc.emptyRDD();
    }
    JavaPairRDD<Place, Edge> edges =
        members
            .groupByKey()
            .flatMap(t -> edges(t._2(), chosen))
            .mapToPair(e -> new Tuple2<>(e.base().place(), e));
    // A base that is a twin lends its own base and view; one that is a difference lends nothing.
    JavaRDD<Edge> resolved =
        edges.leftOuterJoin(twins).values().map(t -> lent(t._1(), t._2())).filter(e -> e != null);
    JavaPairRDD<Place, Boolean> isTarget =
        edges.values().mapToPair(e -> new Tuple2<>(e.target().place(), true)).distinct();
    return byBase(resolved).subtractByKey(isTarget).subtractByKey(isTwin).values();
  }

  private static Edge lent(Edge delta, Optional<Edge> twin) {
    return twin.isPresent() ? delta.upon(twin.get()) : delta;
  }

  /** A tensor with the one that leads it. */
  private record Member(Sketch own, Sketch leader, boolean twin) implements Serializable {
    List<Object> name() {
      return List.of(own.name(), own.dtype().code(), own.rows(), own.columns());
    }

    boolean leads() {
      return own.place().equals(leader.place());
    }
  }

  private static List<Member> sorted(Iterable<Member> members) {
    List<Member> sorted = new ArrayList<>();
    members.forEach(sorted::add);
    sorted.sort(Comparator.comparing(m -> m.own().place()));
    return sorted;
  }

  private static Iterator<Tuple2<Tuple2<Place, Place>, Neighbours>> compare(
      Iterable<Member> members) {
    List<Member> sorted = sorted(members);
    List<Tuple2<Tuple2<Place, Place>, Neighbours>> pairs = new ArrayList<>();
    List<Member> bases = sorted.subList(0, Math.min(MAX_BASES, sorted.size()));
    for (Member target : sorted) {
      for (Member base : bases) {
        boolean free = target.twin() || !target.leads() || target.own().isPublished();
        Place to = target.own().place().contentStart();
        Place from = base.own().place().contentStart();
        if (!free && !to.equals(from) && !base.leader().place().equals(target.own().place())) {
          pairs.add(new Tuple2<>(new Tuple2<>(to, from), Neighbours.of(target.own(), base.own())));
        }
      }
    }
    return pairs.iterator();
  }

  private static Iterator<Edge> edges(Iterable<Member> members, Map<Place, Place> chosen) {
    List<Member> sorted = sorted(members);
    List<Edge> edges = new ArrayList<>();
    for (Member target : sorted) {
      Place from = chosen.get(target.own().place().contentStart());
      if (from == null || target.twin() || !target.leads()) {
        continue;
      }
      for (Member base : sorted) {
        if (base.own().place().contentStart().equals(from)
            && !base.leader().place().equals(target.own().place())) {
          View same = View.same(target.own().dtype());
          edges.add(new Edge(target.own(), base.leader(), same, 1, 0, true));
          break;
        }
      }
    }
    return edges.iterator();
  }

  /** An edge with its level; those that would be too deep are left out. */
  private static JavaRDD<Tuple2<Edge, Integer>> levels(JavaPairRDD<Place, Edge> all) {
    JavaPairRDD<Place, Edge> onBase =
        all.mapToPair(t -> new Tuple2<>(t._2().base().place(), t._2()));
    JavaPairRDD<Place, Tuple2<Edge, Optional<Edge>>> below = onBase.leftOuterJoin(all);
    JavaRDD<Tuple2<Edge, Integer>> first =
        below.values().filter(t -> !t._2().isPresent()).map(t -> new Tuple2<>(t._1(), 1));
    JavaRDD<Tuple2<Edge, Integer>> second =
        below
            .values()
            .filter(t -> t._2().isPresent())
            .mapToPair(t -> new Tuple2<>(t._2().get().base().place(), t._1()))
            .leftOuterJoin(all)
            .values()
            .filter(t -> !t._2().isPresent())
            .map(t -> new Tuple2<>(t._1(), 2));
    return first.union(second);
  }

  /** The chunks of a tensor, each on the part of the base that it needs. */
  private static Iterator<Target> targets(Tuple2<Edge, Integer> planned) {
    Edge edge = planned._1();
    Sketch target = edge.target();
    Sketch base = edge.base();
    View view = edge.view();
    List<Target> targets = new ArrayList<>();
    for (long at = 0; at < target.length(); at += Chunker.CHUNK_BYTES) {
      int length = (int) Math.min(Chunker.CHUNK_BYTES, target.length() - at);
      if (length < FramePacker.ALONE_BYTES) {
        break;
      }
      long from = 0;
      long to = base.length();
      if (!view.isTransposed()) {
        from = baseBytes(view, at) / Chunker.CHUNK_BYTES * Chunker.CHUNK_BYTES;
        to = Math.min(to, baseBytes(view, at + length - 1) + unitBytes(view));
      }
      boolean uses = view.rule() == Rule.AFFINE;
      if (uses) {
        // The scales take turns from the first element on.
        from = 0;
      }
      List<Place> needs = new ArrayList<>();
      for (long b = from; b < to; b += Chunker.CHUNK_BYTES) {
        needs.add(base.place().at(base.offset() + b));
      }
      Sketch.Scales scales = target.scales();
      long position = at - view.lengthBytes(from);
      targets.add(
          new Target(
              target.place().at(target.offset() + at),
              target.unit(),
              length,
              planned._2(),
              view,
              needs,
              position,
              uses
                  ? new Target.ScaleUse(
                      scales.offsetInChunk(), scales.count(), edge.affineStride(), scales.zero())
                  : null,
              uses ? target.place().at(scales.chunkOffset()) : null));
    }
    return targets.iterator();
  }

  private static long unitBytes(View view) {
    int width = view.from().alignmentBytes();
    return view.rule().blockBytes() > 0 ? (long) Rule.BLOCK_ELEMENTS * width : width;
  }

  /** Where the unit starts from which byte {@code at} of the view comes. */
  private static long baseBytes(View view, long at) {
    if (view.rule() == Rule.SAME) {
      return at;
    }
    int unit = view.rule().blockBytes() > 0 ? view.rule().blockBytes() : view.to().alignmentBytes();
    return at / unit * unitBytes(view);
  }
}
