package dev.zoopress.codec.context;

import static dev.zoopress.codec.entropy.LittleEndian.getLong;
import static dev.zoopress.codec.entropy.LittleEndian.putLong;

/**
 * Turns bytes with a sign bit into symbols and back: the magnitude (7 bits) is moved by its addend,
 * the sign flipped by the addend's top bit; zero stays zero. A magnitude that falls on zero is an
 * exception.
 */
final class ByteTransform {
  private static final long MAGNITUDES = 0x7f7f7f7f7f7f7f7fL;
  private static final long SIGNS = ~MAGNITUDES;

  private ByteTransform() {}

  /** Codes {@code count} bytes, a multiple of 8; returns 0 if none is an exception. */
  static long forward(byte[] bytes, int at, byte[] addends, int count, byte[] symbols) {
    long exceptions = 0;
    for (int i = 0; i < count; i += 8) {
      long value = getLong(bytes, at + i);
      long addend = getLong(addends, i);
      long magnitude = value & MAGNITUDES;
      long nonZero = magnitude + MAGNITUDES & SIGNS;
      long moved = magnitude + (addend & MAGNITUDES) & nonZero - (nonZero >>> 7);
      exceptions |= moved + MAGNITUDES & SIGNS ^ nonZero;
      putLong(symbols, i, moved | (value ^ addend) & SIGNS);
    }
    return exceptions;
  }

  /** Whether one byte is an exception under its addend. */
  static boolean isException(int value, int addend) {
    return (value & 0x7f) != 0 && ((value & 0x7f) + (addend & 0x7f) & 0x7f) == 0;
  }

  /** Turns {@code count} symbols, a multiple of 8, into bytes again. */
  static void inverse(byte[] symbols, byte[] addends, int count, byte[] bytes, int at) {
    for (int i = 0; i < count; i += 8) {
      long symbol = getLong(symbols, i);
      long addend = getLong(addends, i);
      long moved = symbol & MAGNITUDES;
      long nonZero = moved + MAGNITUDES & SIGNS;
      long magnitude = (moved | SIGNS) - (addend & MAGNITUDES) & nonZero - (nonZero >>> 7);
      putLong(bytes, at + i, magnitude | (symbol ^ addend) & SIGNS);
    }
  }
}
