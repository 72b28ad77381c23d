package dev.zoopress.codec.entropy;

import java.util.Arrays;

/**
 * Codes side information (tables, scales, small numbers) with adaptive bit models; slow and
 * thrifty. Not thread-safe.
 *
 * <p>A binary range coder: 32-bit range, 11-bit probabilities of a 0 that move by a sixteenth,
 * bytes out when the range falls below 2^24. Trailing zero bytes are not written; {@link
 * RangeDecoder} reads zeros beyond the end.
 */
public final class RangeEncoder {
  /** Bits of a probability. */
  static final int PROBABILITY_BITS = 11;

  static final int ADAPTATION_SHIFT = 4;
  static final int LOWEST_RANGE = 1 << 24;

  private byte[] bytes = new byte[1024];
  private int length;
  private long low;
  private int range = -1;

  /** Forgets everything written. */
  public void reset() {
    length = 0;
    low = 0;
    range = -1;
  }

  /** Fresh models: {@code count} probabilities of one half. */
  public static short[] models(int count) {
    short[] models = new short[count];
    Arrays.fill(models, (short) (1 << (PROBABILITY_BITS - 1)));
    return models;
  }

  /** Codes one bit with the model at {@code index}, which adapts. */
  public void bit(short[] models, int index, int bit) {
    int probability = models[index];
    int bound = (range >>> PROBABILITY_BITS) * probability;
    if (bit == 0) {
      range = bound;
      models[index] =
          (short) (probability + (((1 << PROBABILITY_BITS) - probability) >> ADAPTATION_SHIFT));
    } else {
      low += bound & 0xffffffffL;
      range -= bound;
      models[index] = (short) (probability - (probability >> ADAPTATION_SHIFT));
    }
    normalise();
  }

  /** Codes the low {@code bits} bits of {@code value}, highest first, each at one half. */
  public void direct(int value, int bits) {
    for (int i = bits - 1; i >= 0; i--) {
      range >>>= 1;
      if ((value >>> i & 1) != 0) {
        low += range & 0xffffffffL;
      }
      normalise();
    }
  }

  /**
   * Codes {@code value} below {@code 1 << bits} with the {@code 1 << bits} models from {@code
   * first}.
   */
  public void tree(short[] models, int first, int bits, int value) {
    int node = 1;
    for (int i = bits - 1; i >= 0; i--) {
      int bit = value >>> i & 1;
      bit(models, first + node, bit);
      node = node << 1 | bit;
    }
  }

  /**
   * Codes any value of at least 0: its bit length with 32 models from {@code first}, then its bits.
   */
  public void number(short[] models, int first, int value) {
    int bits = 32 - Integer.numberOfLeadingZeros(value);
    tree(models, first, 5, Math.min(bits, 31));
    if (bits > 1) {
      direct(value, bits - 1);
    }
  }

  private void normalise() {
    while (Integer.compareUnsigned(range, LOWEST_RANGE) < 0) {
      emit();
      range <<= 8;
    }
  }

  private void emit() {
    if (length == bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * length);
    }
    carry();
    bytes[length++] = (byte) (low >>> 24);
    low = low << 8 & 0xffffffffL;
  }

  private void carry() {
    if (low >>> 32 != 0) {
      int i = length - 1;
      while (++bytes[i] == 0) {
        i--;
      }
      low &= 0xffffffffL;
    }
  }

  /** Ends the stream and returns its length; {@link #bytes()} holds it. */
  public int finish() {
    long last = low + (range & 0xffffffffL) - 1;
    // The value inside [low, last] with the most trailing zero bits needs the fewest bytes.
    for (int zeros = 32; zeros >= 0; zeros--) {
      long value = last >>> zeros << zeros;
      if (value >= low) {
        low = value;
        break;
      }
    }
    for (int i = 0; i < 4; i++) {
      emit();
    }
    while (length > 0 && bytes[length - 1] == 0) {
      length--;
    }
    return length;
  }

  /** The bytes written so far; owned by this object. */
  public byte[] bytes() {
    return bytes;
  }
}
