package dev.zoopress.jobs.delta;

import dev.zoopress.codec.view.Rule;
import dev.zoopress.codec.view.View;
import java.io.Serializable;
import java.util.Comparator;

/**
 * A tensor that may stand on another one through a view.
 *
 * @param target the tensor that is to be stored as the difference
 * @param base what it stands on
 * @param affineStride for rule AFFINE: elements that share a scale
 * @param misses values of the windows that the view does not predict
 * @param delta whether the view is only a neighbour: a fine-tune's base, not a twin
 */
record Edge(Sketch target, Sketch base, View view, long affineStride, int misses, boolean delta)
    implements Serializable {

  /** Which of several edges of one target is taken: independent of the order of arrival. */
  static final Comparator<Edge> BEST =
      Comparator.comparing((Edge e) -> e.view.rule() == Rule.AFFINE && e.view.isTransposed())
          .thenComparing(e -> e.misses)
          .thenComparing(e -> Rank.of(e.base))
          .thenComparing(e -> e.view.isTransposed())
          .thenComparing(e -> e.view.rule());

  /**
   * This edge upon the base of {@code below}, whose target is this one's base; null where the two
   * views make no view.
   */
  Edge upon(Edge below) {
    View lower = below.view;
    boolean plain = lower.rule() == Rule.SAME || view.rule() == Rule.SAME;
    boolean blocks = view.rule().blockBytes() > 0 || lower.rule().blockBytes() > 0;
    if (below.delta || !plain || (blocks && (view.isTransposed() || lower.isTransposed()))) {
      return null;
    }
    View upper = lower.rule() == Rule.SAME ? view : lower;
    View joined = new View(lower.from(), 0, 0, upper.rule(), view.to());
    if (view.isTransposed() != lower.isTransposed()) {
      Sketch matrix = lower.isTransposed() ? below.base : base;
      // A transpose of what is not transposed has the shape of the lower base's own elements.
      int rows = lower.isTransposed() ? lower.rows() : view.rows();
      int columns = lower.isTransposed() ? lower.columns() : view.columns();
      if (matrix.elements() != (long) rows * columns) {
        return null;
      }
      joined = joined.transposed(rows, columns);
    }
    long stride = lower.rule() == Rule.AFFINE ? below.affineStride : affineStride;
    Edge edge = new Edge(target, below.base, joined, stride, misses + below.misses, delta);
    return joined.problem(below.base.length()) == null ? edge : null;
  }
}
