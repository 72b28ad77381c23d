package dev.zoopress.codec.plane;

import java.util.Arrays;

/**
 * Splits 16-bit words {@code sign, exponent, mantissa} into a symbol that joins exponent and top
 * mantissa bits, and 5 low bits. With {@code t} the magnitude minus a base:
 *
 * <ul>
 *   <li>sign in the symbol: {@code symbol = sign << 7 | t >>> 5, low = t & 31};
 *   <li>else {@code symbol = t >>> 4, low = sign << 4 | t & 15}.
 * </ul>
 *
 * <p>A word whose {@code t} is not below 4096, or whose symbol would be 0, is an escape: symbol 0,
 * low bits 0, and the word itself in a list, in the order of the plane.
 *
 * <p>Low bits are planes of bytes in the order of {@link Lanes}, or packed: 64 elements are 16
 * longs of four lanes with 5 bits each, {@code f0} to {@code f15}, and become five longs {@code
 * f(3k) | f(3k+1) << 5 | f(3k+2) << 10 | (f15 >>> k & 1) << 15}.
 */
final class JointWords {
  /** Elements that are packed together. */
  static final int GROUP = 64;

  /** Most elements of one call. */
  static final int MAX_COUNT = 2048;

  /** Largest base: no magnitude overflows. */
  static final int MAX_BASE = 0x7000;

  private static final int GROUP_BYTES = 40;
  private static final long BYTE_ONES = 0x0101_0101_0101_0101L;
  private static final long BYTE_TOPS = 0x8080_8080_8080_8080L;
  private static final long OUTSIDE = 0x7000 * Lanes.ONES;
  private static final long FOUR_BITS = 0xf * Lanes.ONES;
  private static final long FIVE_BITS = 0x1f * Lanes.ONES;

  private final long[] fields = new long[MAX_COUNT / 4];
  private final int base;
  private final boolean signed;
  private final byte[] escapes;
  private final int escapeLimit;
  private int escapeCount;

  /**
   * @param escapes filled when splitting, read when joining; two bytes a word
   * @param escapeLimit words that the list may hold, or holds
   */
  JointWords(WordLayout layout, int base, byte[] escapes, int escapeLimit) {
    this.signed = layout == WordLayout.JOINT_SIGN;
    this.base = base;
    this.escapes = escapes;
    this.escapeLimit = escapeLimit;
  }

  /** Escapes written or read so far. */
  int escapeCount() {
    return escapeCount;
  }

  /** Bytes of {@code count} packed fields, a multiple of {@link #GROUP}. */
  static int packedBytes(int count) {
    return count / GROUP * GROUP_BYTES;
  }

  /**
   * Splits {@code count} words, a multiple of {@link #GROUP} and at most {@link #MAX_COUNT}; false
   * where the escapes are too many.
   */
  boolean split(
      byte[] words,
      int at,
      int count,
      byte[] symbols,
      int symbolsAt,
      byte[] low,
      int lowAt,
      boolean packed) {
    long bad =
        signed
            ? splitSigned(words, at, count, symbols, symbolsAt)
            : splitUnsigned(words, at, count, symbols, symbolsAt);
    for (int done = 0; bad != 0 && done < count; done += GROUP) {
      if (!splitEscapes(words, at + 2 * done, symbols, symbolsAt + done, done / 4)) {
        return false;
      }
    }
    if (packed) {
      pack(count, low, lowAt);
    } else {
      for (int i = 0; i < count; i += 8) {
        Lanes.LONG.set(low, lowAt + i, fields[i >>> 2] | fields[(i >>> 2) + 1] << 8);
      }
    }
    return true;
  }

  /** Splits as if there were no escapes; returns 0 only where there are none. */
  private long splitSigned(byte[] words, int at, int count, byte[] symbols, int symbolsAt) {
    long[] to = fields;
    long baseLanes = base * Lanes.ONES;
    long beyond = 0;
    long zeros = 0;
    for (int j = 0; j < count >>> 2; j += 2) {
      long u = (long) Lanes.LONG.get(words, at + 8 * j);
      long v = (long) Lanes.LONG.get(words, at + 8 * j + 8);
      long t = (u | Lanes.SIGNS) - baseLanes;
      long r = (v | Lanes.SIGNS) - baseLanes;
      beyond |= t | r;
      to[j] = t & FIVE_BITS;
      to[j + 1] = r & FIVE_BITS;
      // The sign moves next to the 12 bits of t.
      t |= (u & Lanes.SIGNS) >>> 3;
      r |= (v & Lanes.SIGNS) >>> 3;
      long s = t >>> 5 & Lanes.EVEN | r << 3 & ~Lanes.EVEN;
      zeros |= (s - BYTE_ONES) & ~s;
      Lanes.LONG.set(symbols, symbolsAt + 4 * j, s);
    }
    return beyond & OUTSIDE | zeros & BYTE_TOPS;
  }

  private long splitUnsigned(byte[] words, int at, int count, byte[] symbols, int symbolsAt) {
    long[] to = fields;
    long baseLanes = base * Lanes.ONES;
    long beyond = 0;
    long zeros = 0;
    for (int j = 0; j < count >>> 2; j += 2) {
      long u = (long) Lanes.LONG.get(words, at + 8 * j);
      long v = (long) Lanes.LONG.get(words, at + 8 * j + 8);
      long t = (u | Lanes.SIGNS) - baseLanes;
      long r = (v | Lanes.SIGNS) - baseLanes;
      beyond |= t | r;
      to[j] = t & FOUR_BITS | (u & Lanes.SIGNS) >>> 11;
      to[j + 1] = r & FOUR_BITS | (v & Lanes.SIGNS) >>> 11;
      long s = t >>> 4 & Lanes.EVEN | r << 4 & ~Lanes.EVEN;
      zeros |= (s - BYTE_ONES) & ~s;
      Lanes.LONG.set(symbols, symbolsAt + 4 * j, s);
    }
    return beyond & OUTSIDE | zeros & BYTE_TOPS;
  }

  /** Splits a group again, escapes included. */
  private boolean splitEscapes(byte[] words, int at, byte[] symbols, int symbolsAt, int field0) {
    Arrays.fill(fields, field0, field0 + GROUP / 4, 0);
    for (int i = 0; i < GROUP; i++) {
      int element = Lanes.element(i & 7);
      int word = (short) Lanes.SHORT.get(words, at + 2 * ((i & ~7) + element)) & 0xffff;
      int t = (word & 0x7fff) - base;
      int sign = word >>> 15;
      int symbol = t >>> 12 != 0 ? 0 : signed ? sign << 7 | t >>> 5 : t >>> 4;
      if (symbol == 0) {
        if (escapeCount == escapeLimit) {
          return false;
        }
        Lanes.SHORT.set(escapes, 2 * escapeCount++, (short) word);
      } else {
        long field = signed ? t & 31 : sign << 4 | t & 15;
        fields[field0 + (i >>> 3 << 1 | i & 1)] |= field << 16 * (element & 3);
      }
      symbols[symbolsAt + i] = (byte) symbol;
    }
    return true;
  }

  private void pack(int count, byte[] low, int lowAt) {
    long[] from = fields;
    for (int f = 0, at = lowAt; f < count / 4; f += 16, at += GROUP_BYTES) {
      long last = from[f + 15];
      long a = from[f] | from[f + 1] << 5 | from[f + 2] << 10;
      long b = from[f + 3] | from[f + 4] << 5 | from[f + 5] << 10;
      long c = from[f + 6] | from[f + 7] << 5 | from[f + 8] << 10;
      long d = from[f + 9] | from[f + 10] << 5 | from[f + 11] << 10;
      long e = from[f + 12] | from[f + 13] << 5 | from[f + 14] << 10;
      Lanes.LONG.set(low, at, a | last << 15 & Lanes.SIGNS);
      Lanes.LONG.set(low, at + 8, b | last << 14 & Lanes.SIGNS);
      Lanes.LONG.set(low, at + 16, c | last << 13 & Lanes.SIGNS);
      Lanes.LONG.set(low, at + 24, d | last << 12 & Lanes.SIGNS);
      Lanes.LONG.set(low, at + 32, e | last << 11 & Lanes.SIGNS);
    }
  }

  private void unpack(int count, byte[] low, int lowAt) {
    long[] to = fields;
    for (int f = 0, at = lowAt; f < count / 4; f += 16, at += GROUP_BYTES) {
      long a = (long) Lanes.LONG.get(low, at);
      long b = (long) Lanes.LONG.get(low, at + 8);
      long c = (long) Lanes.LONG.get(low, at + 16);
      long d = (long) Lanes.LONG.get(low, at + 24);
      long e = (long) Lanes.LONG.get(low, at + 32);
      to[f] = a & FIVE_BITS;
      to[f + 1] = a >>> 5 & FIVE_BITS;
      to[f + 2] = a >>> 10 & FIVE_BITS;
      to[f + 3] = b & FIVE_BITS;
      to[f + 4] = b >>> 5 & FIVE_BITS;
      to[f + 5] = b >>> 10 & FIVE_BITS;
      to[f + 6] = c & FIVE_BITS;
      to[f + 7] = c >>> 5 & FIVE_BITS;
      to[f + 8] = c >>> 10 & FIVE_BITS;
      to[f + 9] = d & FIVE_BITS;
      to[f + 10] = d >>> 5 & FIVE_BITS;
      to[f + 11] = d >>> 10 & FIVE_BITS;
      to[f + 12] = e & FIVE_BITS;
      to[f + 13] = e >>> 5 & FIVE_BITS;
      to[f + 14] = e >>> 10 & FIVE_BITS;
      long high = (c >>> 15 & Lanes.ONES) << 2 | (d >>> 15 & Lanes.ONES) << 3;
      to[f + 15] =
          a >>> 15 & Lanes.ONES
              | (b >>> 15 & Lanes.ONES) << 1
              | high
              | (e >>> 15 & Lanes.ONES) << 4;
    }
  }

  /** The inverse of {@link #split}; false where there are more escapes than the list holds. */
  boolean join(
      byte[] symbols,
      int symbolsAt,
      byte[] low,
      int lowAt,
      boolean packed,
      int count,
      byte[] words,
      int at) {
    if (packed) {
      unpack(count, low, lowAt);
    } else {
      for (int i = 0; i < count; i += 8) {
        long eight = (long) Lanes.LONG.get(low, lowAt + i);
        fields[i >>> 2] = eight & FIVE_BITS;
        fields[(i >>> 2) + 1] = eight >>> 8 & FIVE_BITS;
      }
    }
    long zeros =
        signed
            ? joinSigned(symbols, symbolsAt, count, words, at)
            : joinUnsigned(symbols, symbolsAt, count, words, at);
    return zeros == 0 || joinEscapes(symbols, symbolsAt, count, words, at);
  }

  /** Joins as if there were no escapes; returns 0 only where there are none. */
  private long joinSigned(byte[] symbols, int symbolsAt, int count, byte[] words, int at) {
    long[] from = fields;
    long baseLanes = base * Lanes.ONES;
    long zeros = 0;
    for (int j = 0; j < count >>> 2; j += 2) {
      long s = (long) Lanes.LONG.get(symbols, symbolsAt + 4 * j);
      zeros |= (s - BYTE_ONES) & ~s;
      long t = ((s & 0x7f * Lanes.ONES) << 5 | from[j]) + baseLanes;
      long r = (s >>> 3 & 0xfe0 * Lanes.ONES | from[j + 1]) + baseLanes;
      Lanes.LONG.set(words, at + 8 * j, t | s << 8 & Lanes.SIGNS);
      Lanes.LONG.set(words, at + 8 * j + 8, r | s & Lanes.SIGNS);
    }
    return zeros & BYTE_TOPS;
  }

  private long joinUnsigned(byte[] symbols, int symbolsAt, int count, byte[] words, int at) {
    long[] from = fields;
    long baseLanes = base * Lanes.ONES;
    long zeros = 0;
    for (int j = 0; j < count >>> 2; j += 2) {
      long s = (long) Lanes.LONG.get(symbols, symbolsAt + 4 * j);
      zeros |= (s - BYTE_ONES) & ~s;
      long a = from[j];
      long b = from[j + 1];
      long t = ((s & Lanes.EVEN) << 4 | a & FOUR_BITS) + baseLanes;
      long r = (s >>> 4 & Lanes.EVEN << 4 | b & FOUR_BITS) + baseLanes;
      Lanes.LONG.set(words, at + 8 * j, t | a << 11 & Lanes.SIGNS);
      Lanes.LONG.set(words, at + 8 * j + 8, r | b << 11 & Lanes.SIGNS);
    }
    return zeros & BYTE_TOPS;
  }

  private boolean joinEscapes(byte[] symbols, int symbolsAt, int count, byte[] words, int at) {
    for (int i = 0; i < count; i++) {
      if (symbols[symbolsAt + i] == 0) {
        if (escapeCount == escapeLimit) {
          return false;
        }
        short word = (short) Lanes.SHORT.get(escapes, 2 * escapeCount++);
        Lanes.SHORT.set(words, at + 2 * ((i & ~7) + Lanes.element(i & 7)), word);
      }
    }
    return true;
  }
}
