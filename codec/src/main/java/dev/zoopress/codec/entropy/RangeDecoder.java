package dev.zoopress.codec.entropy;

/**
 * Reads what {@link RangeEncoder} wrote. Any bytes decode to something: callers check the values.
 * Not thread-safe.
 */
public final class RangeDecoder {
  private final byte[] bytes;
  private final int end;
  private int position;
  private int range = -1;
  private int code;

  /**
   * A decoder over {@code bytes[offset, offset + length)}; beyond it lie zeros.
   *
   * @throws IndexOutOfBoundsException if the range is not inside the array
   */
  public RangeDecoder(byte[] bytes, int offset, int length) {
    java.util.Objects.checkFromIndexSize(offset, length, bytes.length);
    this.bytes = bytes;
    this.position = offset;
    this.end = offset + length;
    for (int i = 0; i < 4; i++) {
      code = code << 8 | next();
    }
  }

  private int next() {
    return position < end ? bytes[position++] & 0xff : 0;
  }

  /** One bit by the model at {@code index}, which adapts. */
  public int bit(short[] models, int index) {
    int probability = models[index];
    int bound = (range >>> RangeEncoder.PROBABILITY_BITS) * probability;
    int bit;
    if (Integer.compareUnsigned(code, bound) < 0) {
      range = bound;
      int rest = (1 << RangeEncoder.PROBABILITY_BITS) - probability;
      models[index] = (short) (probability + (rest >> RangeEncoder.ADAPTATION_SHIFT));
      bit = 0;
    } else {
      code -= bound;
      range -= bound;
      models[index] = (short) (probability - (probability >> RangeEncoder.ADAPTATION_SHIFT));
      bit = 1;
    }
    normalise();
    return bit;
  }

  /** {@code bits} bits at one half each, highest first. */
  public int direct(int bits) {
    int value = 0;
    for (int i = 0; i < bits; i++) {
      range >>>= 1;
      int bit = Integer.compareUnsigned(code, range) < 0 ? 0 : 1;
      code -= range & -bit;
      value = value << 1 | bit;
      normalise();
    }
    return value;
  }

  /** A value below {@code 1 << bits}. */
  public int tree(short[] models, int first, int bits) {
    int node = 1;
    for (int i = 0; i < bits; i++) {
      node = node << 1 | bit(models, first + node);
    }
    return node - (1 << bits);
  }

  /** A value of at least 0; see {@link RangeEncoder#number}. */
  public int number(short[] models, int first) {
    int bits = tree(models, first, 5);
    return bits == 0 ? 0 : 1 << (bits - 1) | direct(bits - 1);
  }

  private void normalise() {
    while (Integer.compareUnsigned(range, RangeEncoder.LOWEST_RANGE) < 0) {
      code = code << 8 | next();
      range <<= 8;
    }
  }
}
