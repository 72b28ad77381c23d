package dev.zoopress.codec.plane;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Words of 16 bits, four to a {@code long}: split into planes of bytes and put together again.
 * Counts are in elements, always multiples of 8; positions are in bytes.
 *
 * <p>In a plane, the eight elements of a group stand in the order 0 4 1 5 2 6 3 7: two longs of
 * four lanes become one of eight bytes by a shift and an or, with no lane moved. Coders of single
 * bytes do not mind.
 */
final class Lanes {
  static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  /** Bit 0 of each lane. */
  static final long ONES = 0x0001_0001_0001_0001L;

  static final long SIGNS = 0x8000_8000_8000_8000L;
  static final long MAGNITUDES = 0x7fff_7fff_7fff_7fffL;

  /** The low byte of each lane. */
  static final long EVEN = 0x00ff_00ff_00ff_00ffL;

  private static final long ODD = 0xff00_ff00_ff00_ff00L;
  private static final long PAIRS = 0x0000_ffff_0000_ffffL;
  private static final long LOW_SEVEN = 0x007f_007f_007f_007fL;

  private Lanes() {}

  /** Which element of its group of eight stands at {@code position} of a plane. */
  static int element(int position) {
    return (position >>> 1) + (position & 1) * 4;
  }

  /** High bytes to {@code symbols}, low bytes to {@code low}. */
  static void splitBytes(
      byte[] words, int at, int count, byte[] symbols, int symbolsAt, byte[] low, int lowAt) {
    for (int i = 0; i < count; i += 8) {
      long u = (long) LONG.get(words, at + 2 * i);
      long v = (long) LONG.get(words, at + 2 * i + 8);
      LONG.set(symbols, symbolsAt + i, u >>> 8 & EVEN | v & ODD);
      LONG.set(low, lowAt + i, u & EVEN | v << 8 & ODD);
    }
  }

  static void joinBytes(
      byte[] symbols, int symbolsAt, byte[] low, int lowAt, int count, byte[] words, int at) {
    for (int i = 0; i < count; i += 8) {
      long s = (long) LONG.get(symbols, symbolsAt + i);
      long l = (long) LONG.get(low, lowAt + i);
      LONG.set(words, at + 2 * i, s << 8 & ODD | l & EVEN);
      LONG.set(words, at + 2 * i + 8, s & ODD | l >>> 8 & EVEN);
    }
  }

  /**
   * Bits 7 to 14 (the exponent of BF16) to {@code symbols}; sign and bits 0 to 6 to {@code low}.
   */
  static void splitExponent(
      byte[] words, int at, int count, byte[] symbols, int symbolsAt, byte[] low, int lowAt) {
    for (int i = 0; i < count; i += 8) {
      long u = (long) LONG.get(words, at + 2 * i);
      long v = (long) LONG.get(words, at + 2 * i + 8);
      LONG.set(symbols, symbolsAt + i, u >>> 7 & EVEN | v << 1 & ODD);
      long a = u & LOW_SEVEN | u >>> 8 & 0x80 * ONES;
      LONG.set(low, lowAt + i, a | (v & LOW_SEVEN) << 8 | v & SIGNS);
    }
  }

  static void joinExponent(
      byte[] symbols, int symbolsAt, byte[] low, int lowAt, int count, byte[] words, int at) {
    for (int i = 0; i < count; i += 8) {
      long s = (long) LONG.get(symbols, symbolsAt + i);
      long l = (long) LONG.get(low, lowAt + i);
      LONG.set(words, at + 2 * i, (s & EVEN) << 7 | l & LOW_SEVEN | (l & 0x80 * ONES) << 8);
      LONG.set(words, at + 2 * i + 8, s >>> 1 & 0x7f80 * ONES | l >>> 8 & LOW_SEVEN | l & SIGNS);
    }
  }

  /**
   * Elements of 32 bits: their high words to {@code words}, byte 0 to {@code p0}, byte 1 to {@code
   * p1}. Words 0 to 3 of a group of four stand in the order 0 2 1 3.
   */
  static void splitHigh(
      byte[] source, int at, int count, byte[] words, byte[] p0, int p0At, byte[] p1, int p1At) {
    for (int i = 0; i < count; i += 8) {
      long a = (long) LONG.get(source, at + 4 * i);
      long b = (long) LONG.get(source, at + 4 * i + 8);
      long c = (long) LONG.get(source, at + 4 * i + 16);
      long d = (long) LONG.get(source, at + 4 * i + 24);
      LONG.set(words, 2 * i, a >>> 16 & PAIRS | b & ~PAIRS);
      LONG.set(words, 2 * i + 8, c >>> 16 & PAIRS | d & ~PAIRS);
      long x = a & PAIRS | b << 16 & ~PAIRS;
      long y = c & PAIRS | d << 16 & ~PAIRS;
      LONG.set(p0, p0At + i, x & EVEN | y << 8 & ODD);
      LONG.set(p1, p1At + i, x >>> 8 & EVEN | y & ODD);
    }
  }

  static void joinHigh(
      byte[] words, byte[] p0, int p0At, byte[] p1, int p1At, int count, byte[] target, int at) {
    for (int i = 0; i < count; i += 8) {
      long g = (long) LONG.get(words, 2 * i);
      long h = (long) LONG.get(words, 2 * i + 8);
      long l = (long) LONG.get(p0, p0At + i);
      long m = (long) LONG.get(p1, p1At + i);
      long x = l & EVEN | m << 8 & ODD;
      long y = l >>> 8 & EVEN | m & ODD;
      LONG.set(target, at + 4 * i, x & PAIRS | (g & PAIRS) << 16);
      LONG.set(target, at + 4 * i + 8, x >>> 16 & PAIRS | g & ~PAIRS);
      LONG.set(target, at + 4 * i + 16, y & PAIRS | (h & PAIRS) << 16);
      LONG.set(target, at + 4 * i + 24, y >>> 16 & PAIRS | h & ~PAIRS);
    }
  }

  /** Byte {@code lane} of elements of {@code width} bytes, in their own order. */
  static void gather(byte[] source, int at, int count, int width, int lane, byte[] plane, int to) {
    for (int i = 0, from = at + lane; i < count; i++, from += width) {
      plane[to + i] = source[from];
    }
  }

  static void scatter(
      byte[] plane, int from, int count, int width, int lane, byte[] target, int at) {
    for (int i = 0, to = at + lane; i < count; i++, to += width) {
      target[to] = plane[from + i];
    }
  }
}
