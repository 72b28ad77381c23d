package dev.zoopress.codec.format;

import dev.zoopress.codec.tensor.DType;
import java.util.List;

/** Arithmetic on shapes whose dimensions come from input; nothing here can overflow silently. */
final class TensorShape {
  /** Most dimensions of one tensor: NumPy and PyTorch stop at 64 too. */
  static final int MAX_RANK = 64;

  /** What the functions here return where the true value does not fit. */
  static final long OVERFLOW = -1;

  private TensorShape() {}

  /**
   * Bytes of a tensor, or {@link #OVERFLOW} if that is 2^63 or more at any step from left to right,
   * a dimension is negative, or the bits do not fill whole bytes.
   */
  static long lengthBytes(List<Long> shape, DType dtype) {
    long elements = elementCount(shape);
    if (elements == OVERFLOW || elements > Long.MAX_VALUE / dtype.bits()) {
      return OVERFLOW;
    }
    long bits = elements * dtype.bits();
    return bits % 8 == 0 ? bits / 8 : OVERFLOW;
  }

  /** Product of the dimensions, or {@link #OVERFLOW}; 1 for a scalar. */
  static long elementCount(List<Long> shape) {
    long product = 1;
    for (long dimension : shape) {
      if (dimension < 0 || (dimension > 0 && product > Long.MAX_VALUE / dimension)) {
        return OVERFLOW;
      }
      product *= dimension;
    }
    return product;
  }
}
