package dev.zoopress.codec.context;

import static dev.zoopress.codec.entropy.LittleEndian.getLong;
import static dev.zoopress.codec.entropy.LittleEndian.putLong;

/**
 * What {@link WordTransform} does to the two common layouts, with their numbers as constants: half
 * the time. Raw values are packed: 5 bits of a BF16, 8 of an F16.
 */
final class WordLanes {
  private static final long MAGNITUDES = 0x7fff7fff7fff7fffL;
  private static final long SIGNS = ~MAGNITUDES;
  private static final long BYTES = 0x00ff00ff00ff00ffL;
  private static final long FIVE_BITS = 0x001f001f001f001fL;
  private static final long BF16_WINDOW = 0x0fff0fff0fff0fffL;

  private WordLanes() {}

  /** As {@link WordTransform#forwardNonZero} for F16. */
  static boolean splitF16(
      byte[] words,
      int at,
      byte[] addends,
      int count,
      boolean signInSymbol,
      byte[] symbols,
      byte[] raw,
      int rawAt) {
    long nonZero = SIGNS;
    for (int i = 0; i < count; i += 8) {
      long word = getLong(words, at + 2 * i);
      long addend = getLong(addends, 2 * i);
      long magnitude = word & MAGNITUDES;
      long moved = magnitude + (addend & MAGNITUDES) & MAGNITUDES;
      nonZero &= magnitude + MAGNITUDES & moved + MAGNITUDES;
      long sign = (word ^ addend) & SIGNS;
      long first = signInSymbol ? moved | sign : moved << 1 | sign >>> 15;

      word = getLong(words, at + 2 * i + 8);
      addend = getLong(addends, 2 * i + 8);
      magnitude = word & MAGNITUDES;
      moved = magnitude + (addend & MAGNITUDES) & MAGNITUDES;
      nonZero &= magnitude + MAGNITUDES & moved + MAGNITUDES;
      sign = (word ^ addend) & SIGNS;
      long second = signInSymbol ? moved | sign : moved << 1 | sign >>> 15;

      putLong(symbols, i, first >>> 8 & BYTES | second & ~BYTES);
      putLong(raw, rawAt + i, first & BYTES | (second & BYTES) << 8);
    }
    return nonZero == SIGNS;
  }

  /** As {@link WordTransform#forwardNonZero} for BF16. */
  static boolean splitBf16(
      byte[] words,
      int at,
      byte[] addends,
      int count,
      boolean signInSymbol,
      byte[] symbols,
      byte[] raw,
      int rawAt) {
    long wide = 0;
    long nonZero = SIGNS;
    for (int i = 0; i < count; i += 8) {
      long word = getLong(words, at + 2 * i);
      long addend = getLong(addends, 2 * i);
      long magnitude = word & MAGNITUDES;
      long moved = magnitude + (addend & MAGNITUDES) & MAGNITUDES;
      wide |= moved;
      nonZero &= magnitude + MAGNITUDES & moved + MAGNITUDES;
      long sign = (word ^ addend) & SIGNS;
      long first = signInSymbol ? moved | sign >>> 3 : moved << 1 | sign >>> 15;

      word = getLong(words, at + 2 * i + 8);
      addend = getLong(addends, 2 * i + 8);
      magnitude = word & MAGNITUDES;
      moved = magnitude + (addend & MAGNITUDES) & MAGNITUDES;
      wide |= moved;
      nonZero &= magnitude + MAGNITUDES & moved + MAGNITUDES;
      sign = (word ^ addend) & SIGNS;
      long second = signInSymbol ? moved | sign >>> 3 : moved << 1 | sign >>> 15;

      putLong(symbols, i, first >>> 5 & BYTES | second << 3 & ~BYTES);
      long packed = first & FIVE_BITS | (second & FIVE_BITS) << 5;
      packed = packed & 0x000003ff000003ffL | packed >>> 6 & 0x000ffc00000ffc00L;
      putLong(raw, rawAt, packed & 0xfffffL | packed >>> 12 & 0xfffff00000L);
      rawAt += 5;
    }
    return (wide & ~BF16_WINDOW | nonZero ^ SIGNS) == 0;
  }

  /** As {@link WordTransform#inverse} for F16. */
  static void joinF16(
      byte[] symbols,
      byte[] raw,
      int rawAt,
      byte[] addends,
      int count,
      boolean signInSymbol,
      byte[] words,
      int at) {
    for (int i = 0; i < count; i += 8) {
      long low = getLong(raw, rawAt + i);
      long high = getLong(symbols, i);
      long joint = (high & BYTES) << 8 | low & BYTES;
      putLong(words, at + 2 * i, moveBack(joint, MAGNITUDES, 0, signInSymbol, addends, 2 * i));
      joint = high & ~BYTES | low >>> 8 & BYTES;
      putLong(
          words, at + 2 * i + 8, moveBack(joint, MAGNITUDES, 0, signInSymbol, addends, 2 * i + 8));
    }
  }

  /** As {@link WordTransform#inverse} for BF16. */
  static void joinBf16(
      byte[] symbols,
      byte[] raw,
      int rawAt,
      byte[] addends,
      int count,
      boolean signInSymbol,
      byte[] words,
      int at) {
    for (int i = 0; i < count; i += 8) {
      long low = getLong(raw, rawAt);
      rawAt += 5;
      low = low & 0xfffffL | (low & 0xfffff00000L) << 12;
      low = low & 0x000003ff000003ffL | (low & 0x000ffc00000ffc00L) << 6;
      long high = getLong(symbols, i);
      long joint = (high & BYTES) << 5 | low & FIVE_BITS;
      putLong(words, at + 2 * i, moveBack(joint, BF16_WINDOW, 3, signInSymbol, addends, 2 * i));
      joint = (high & ~BYTES) >>> 3 | low >>> 5 & FIVE_BITS;
      putLong(
          words, at + 2 * i + 8, moveBack(joint, BF16_WINDOW, 3, signInSymbol, addends, 2 * i + 8));
    }
  }

  private static long moveBack(
      long joint, long window, int signShift, boolean signInSymbol, byte[] addends, int at) {
    long addend = getLong(addends, at);
    long moved = (signInSymbol ? joint : joint >>> 1) & window;
    long sign = signInSymbol ? joint << signShift : joint << 15;
    long nonZero = moved + MAGNITUDES & SIGNS;
    long magnitude = (moved | SIGNS) - (addend & MAGNITUDES) & nonZero - (nonZero >>> 15);
    return magnitude | (sign ^ addend) & SIGNS;
  }
}
