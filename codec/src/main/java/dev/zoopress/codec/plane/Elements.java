package dev.zoopress.codec.plane;

import dev.zoopress.codec.tensor.DType;

/** What the coder sees in an element type: its width, and where its exponent lies. */
enum Elements {
  /** One byte, whatever it means. */
  BYTE(1, 1),
  HALF(2, 5),
  BRAIN(2, 8),
  SINGLE(4, 8),
  DOUBLE(8, 8),
  SHORT(2, 0),
  INT(4, 0),
  LONG(8, 0);

  private final int width;
  private final int exponentBits;

  Elements(int width, int exponentBits) {
    this.width = width;
    this.exponentBits = exponentBits;
  }

  /** Bytes of one number: complex elements are two. */
  int width() {
    return width;
  }

  /**
   * Bits behind the sign that count as exponent; 0 for integers. Of F64's eleven, the first eight.
   */
  int exponentBits() {
    return exponentBits;
  }

  static Elements of(DType dtype) {
    return switch (dtype) {
      case F64, C128 -> DOUBLE;
      case F32, C64 -> SINGLE;
      case BF16 -> BRAIN;
      case F16 -> HALF;
      case I64, U64 -> LONG;
      case I32, U32 -> INT;
      case I16, U16 -> SHORT;
      default -> BYTE;
    };
  }
}
