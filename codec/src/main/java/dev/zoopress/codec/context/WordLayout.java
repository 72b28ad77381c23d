package dev.zoopress.codec.context;

/**
 * How a 16-bit word, sign first, splits: five exponent bits and the top mantissa bits go into the
 * symbol, the rest is raw.
 */
enum WordLayout {
  /** BF16, or the high half of an F32. */
  BF16(7),
  /** F16, or an F32 that is exact through F16. */
  F16(10),
  /** The high quarter of an F64. */
  F64(4);

  private final int mantissaBits;

  WordLayout(int mantissaBits) {
    this.mantissaBits = mantissaBits;
  }

  int mantissaBits() {
    return mantissaBits;
  }

  /** Bits of a word that are not in its symbol: 5, 8, 2. */
  int rawBits() {
    return mantissaBits - 2;
  }
}
