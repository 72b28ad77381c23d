package dev.zoopress.jobs.estimate;

import dev.zoopress.codec.frame.FrameShape;
import dev.zoopress.codec.pack.FramePacker;
import dev.zoopress.codec.tensor.DType;
import dev.zoopress.jobs.delta.Place;
import dev.zoopress.jobs.plan.Hints;
import java.io.Serializable;

/**
 * A chunk of the plan.
 *
 * @param columns elements of a row of its tensor, 0 where there is no grid
 * @param firstColumn column of its first element
 * @param hint chunks with equal hints are taken for equal
 */
record Piece(Place place, int length, DType dtype, long columns, long firstColumn, Hints.Hint hint)
    implements Serializable {

  boolean isSmall() {
    return length < FramePacker.ALONE_BYTES;
  }

  int width() {
    return dtype.alignmentBytes();
  }

  /** Shape of what starts {@code offset} bytes into the chunk, a multiple of the width. */
  FrameShape shapeAt(int offset) {
    return new FrameShape(
        dtype, columns, columns == 0 ? 0 : (firstColumn + 8L * offset / dtype.bits()) % columns);
  }
}
