package dev.zoopress.jobs.delta;

import dev.zoopress.codec.tensor.DType;
import dev.zoopress.codec.view.Converter;
import dev.zoopress.codec.view.Rule;
import dev.zoopress.codec.view.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * Finds twins: tensors that a view of another one predicts. A view keeps the first and the last
 * element where they are, transposition included, so a tensor's ends are a key: what they would
 * become is compared with what they are. Quantisation with scales of its own has no such key;
 * tensors of the same shape in models of one organisation are tried.
 */
final class Twins {
  /** More tensors than that under one key say that the key says nothing. */
  private static final int MAX_PER_KEY = 512;

  private static final DType[] FLOATS = {DType.F32, DType.BF16, DType.F16};

  private Twins() {}

  /** Of each target with a base the best edge. */
  static JavaRDD<Edge> edges(JavaRDD<Sketch> sketches) {
    JavaPairRDD<List<Object>, Sketch> targets = sketches.flatMapToPair(Twins::asTarget);
    JavaPairRDD<List<Object>, Sketch> bases = sketches.flatMapToPair(Twins::asBase);
    return targets
        .cogroup(bases)
        .flatMap(t -> match(t._2()._1(), t._2()._2()))
        .mapToPair(e -> new Tuple2<>(e.target().place(), e))
        .reduceByKey((x, y) -> Edge.BEST.compare(x, y) <= 0 ? x : y)
        .values();
  }

  private static List<Object> key(Object kind, long units, byte[] first, byte[] last) {
    return List.of(kind, units, Sketch.text(first), Sketch.text(last));
  }

  private static List<Object> affineKey(Sketch sketch) {
    long less = Math.min(sketch.rows(), sketch.columns());
    return List.of("AFFINE", sketch.org(), sketch.elements(), less);
  }

  /** The block rule whose blocks a tensor may consist of, null for none. */
  private static Rule blockRule(Sketch sketch) {
    if (sketch.dtype() != DType.U8 || !sketch.format().equals("gguf")) {
      return null;
    }
    for (Rule rule : Rule.values()) {
      if (rule.blockBytes() > 0 && rule.blockBytes() == sketch.columns()) {
        return rule;
      }
    }
    return null;
  }

  private static Iterator<Tuple2<List<Object>, Sketch>> asTarget(Sketch sketch) {
    List<Tuple2<List<Object>, Sketch>> keys = new ArrayList<>();
    Rule rule = blockRule(sketch);
    int unit = rule == null ? sketch.width() : rule.blockBytes();
    byte[] first = Arrays.copyOf(sketch.head(), unit);
    byte[] tail = sketch.tail();
    byte[] last = Arrays.copyOfRange(tail, tail.length - unit, tail.length);
    long units = sketch.length() / unit;
    if (rule != null) {
      keys.add(new Tuple2<>(key(rule.name(), units, first, last), sketch));
    } else if (sketch.scales() != null) {
      keys.add(new Tuple2<>(affineKey(sketch), sketch));
    } else if (sketch.isFloat()) {
      keys.add(new Tuple2<>(key(sketch.dtype().name(), units, first, last), sketch));
    }
    return keys.iterator();
  }

  private static Iterator<Tuple2<List<Object>, Sketch>> asBase(Sketch sketch) {
    List<Tuple2<List<Object>, Sketch>> keys = new ArrayList<>();
    if (!sketch.isFloat()) {
      return keys.iterator();
    }
    for (DType to : FLOATS) {
      Rule rule = to == sketch.dtype() ? Rule.SAME : Rule.CAST;
      byte[] first = Windows.head(sketch, rule, to, 1);
      byte[] last = Windows.tail(sketch, rule, to, 1);
      keys.add(new Tuple2<>(key(to.name(), sketch.elements(), first, last), sketch));
    }
    if (sketch.elements() % Rule.BLOCK_ELEMENTS == 0) {
      for (Rule rule : List.of(Rule.Q8_0, Rule.Q4_0)) {
        byte[] first = Windows.head(sketch, rule, DType.U8, 1);
        byte[] last = Windows.tail(sketch, rule, DType.U8, 1);
        long blocks = sketch.elements() / Rule.BLOCK_ELEMENTS;
        keys.add(new Tuple2<>(key(rule.name(), blocks, first, last), sketch));
      }
    }
    keys.add(new Tuple2<>(affineKey(sketch), sketch));
    return keys.iterator();
  }

  private static List<Sketch> capped(Iterable<Sketch> sketches) {
    List<Sketch> all = new ArrayList<>();
    sketches.forEach(all::add);
    all.sort(Comparator.comparing(Rank::of));
    return all.size() > MAX_PER_KEY ? all.subList(0, MAX_PER_KEY) : all;
  }

  private static Iterator<Edge> match(Iterable<Sketch> targets, Iterable<Sketch> bases) {
    List<Edge> edges = new ArrayList<>();
    List<Sketch> from = null;
    for (Sketch target : targets) {
      from = from == null ? capped(bases) : from;
      Rank rank = Rank.of(target);
      for (Sketch base : from) {
        if (Rank.of(base).compareTo(rank) >= 0) {
          break;
        }
        Edge edge = edge(target, base);
        if (edge != null) {
          edges.add(edge);
        }
      }
    }
    return edges.iterator();
  }

  /** The edge, if the windows bear it out; the key is known to match. */
  private static Edge edge(Sketch target, Sketch base) {
    Rule block = blockRule(target);
    Edge edge;
    if (block != null) {
      edge = new Edge(target, base, new View(base.dtype(), 0, 0, block, DType.U8), 1, 0, false);
    } else if (target.scales() != null) {
      edge = affine(target, base);
    } else {
      edge = floats(target, base);
    }
    return edge == null || edge.view().problem(base.length()) != null ? null : edge;
  }

  private static boolean crossed(Sketch target, Sketch base) {
    return base.rows() > 1 && target.rows() == base.columns() && target.columns() == base.rows();
  }

  private static Edge floats(Sketch target, Sketch base) {
    Rule rule = target.dtype() == base.dtype() ? Rule.SAME : Rule.CAST;
    View view = new View(base.dtype(), 0, 0, rule, target.dtype());
    int units = Windows.VALUES;
    byte[] head = Windows.head(base, rule, target.dtype(), units);
    byte[] tail = Windows.tail(base, rule, target.dtype(), units);
    byte[] end = target.tail();
    boolean same =
        Arrays.equals(head, 0, head.length, target.head(), 0, head.length)
            && Arrays.equals(tail, 0, tail.length, end, end.length - tail.length, end.length);
    // Equal ends alone may be rows that a fine-tune never touched.
    if (same && Windows.middleMisses(base, target, new Converter(view)) == 0) {
      return new Edge(target, base, view, 1, 0, false);
    }
    if (same || !crossed(target, base) || !Windows.crossed(base, target, new Converter(view))) {
      return null;
    }
    return new Edge(
        target, base, view.transposed((int) base.rows(), (int) base.columns()), 1, 0, false);
  }

  private static Edge affine(Sketch target, Sketch base) {
    int count = target.scales().count();
    long stride = count == target.rows() && count != target.columns() ? target.columns() : 1;
    if (count != 1 && count != target.columns() && count != target.rows()) {
      return null;
    }
    View view = new View(base.dtype(), 0, 0, Rule.AFFINE, target.dtype());
    boolean alike = target.rows() == base.rows() && target.columns() == base.columns();
    long shared = count == 1 ? 1 : stride;
    if (alike) {
      int misses = Windows.affineMisses(base, target, stride, false);
      int most = 2 * Windows.VALUES;
      if (count == 1) {
        float scale = target.scales().head().get(0);
        int zero = target.scales().zero();
        Converter converter = new Converter(view, new float[] {scale}, 1, zero);
        misses += Windows.middleMisses(base, target, converter);
      }
      // A cousin of the base differs in places; what it costs is found out when it is encoded.
      return misses > most / 4 ? null : new Edge(target, base, view, shared, misses, false);
    }
    if (crossed(target, base)
        && Windows.affineMisses(base, target, stride, true) == 0
        && Windows.crossed(
            base,
            target,
            Windows.converter(view, target.scales(), target.scales().head(), stride))) {
      View turned = view.transposed((int) base.rows(), (int) base.columns());
      return new Edge(target, base, turned, shared, 0, false);
    }
    return null;
  }
}
