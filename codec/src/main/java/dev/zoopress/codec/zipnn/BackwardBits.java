package dev.zoopress.codec.zipnn;

/** Writes bits least significant first; the reader starts from the end, at the closing 1 bit. */
final class BackwardBits {
  private final byte[] target;
  private int at;
  private long bits;
  private int count;

  BackwardBits(byte[] target, int at) {
    this.target = target;
    this.at = at;
  }

  /** Appends the low {@code width} bits of {@code value}; width at most 32. */
  void put(int value, int width) {
    bits |= (value & (1L << width) - 1) << count;
    count += width;
    while (count >= 8) {
      target[at++] = (byte) bits;
      bits >>>= 8;
      count -= 8;
    }
  }

  /** Closes the stream and returns the position behind it. */
  int close() {
    put(1, 1);
    if (count > 0) {
      target[at++] = (byte) bits;
    }
    return at;
  }
}
