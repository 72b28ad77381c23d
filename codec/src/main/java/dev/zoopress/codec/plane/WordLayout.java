package dev.zoopress.codec.plane;

/** How a 16-bit word becomes a symbol and its low bits. Codes are written into frames. */
enum WordLayout {
  /** High byte and low byte. */
  BYTES,
  /** Bits 7 to 14; sign and bits 0 to 6. */
  EXPONENT,
  /** {@link JointWords} without the sign. */
  JOINT,
  /** {@link JointWords} with the sign in the symbol. */
  JOINT_SIGN;

  private static final WordLayout[] ALL = values();

  /** The layout of {@code code}, or null. */
  static WordLayout ofCode(int code) {
    return code < ALL.length ? ALL[code] : null;
  }

  int code() {
    return ordinal();
  }

  boolean joint() {
    return this == JOINT || this == JOINT_SIGN;
  }
}
