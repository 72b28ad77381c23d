package dev.zoopress.codec.frame;

import dev.zoopress.codec.tensor.DType;

/**
 * What the coder may exploit about a frame's bytes. It never changes what is decoded.
 *
 * @param dtype element type
 * @param columns elements of one row of the tensor (little-endian, row-major), 0 where there is no
 *     grid
 * @param firstColumn column of the frame's first element: frames are cut by bytes, not by rows
 */
public record FrameShape(DType dtype, long columns, long firstColumn) {
  public FrameShape {
    if (columns < 0 || firstColumn < 0 || (firstColumn > 0 && firstColumn >= columns)) {
      throw new IllegalArgumentException("columns " + columns + ", first column " + firstColumn);
    }
  }

  /** A run of elements without rows. */
  public static FrameShape flat(DType dtype) {
    return new FrameShape(dtype, 0, 0);
  }
}
