package dev.zoopress.codec.context;

import static dev.zoopress.codec.entropy.LittleEndian.getLong;
import static dev.zoopress.codec.entropy.LittleEndian.putLong;

/**
 * Turns 16-bit words into symbols and raw bits, eight at a time, and back.
 *
 * <p>A word's magnitude (15 bits) is moved by its addend (the low 15 bits of the addend's lane), so
 * that what a row and a column have in common is gone; zero stays zero. A word whose moved
 * magnitude does not fit the window, or falls on zero, is an exception. The sign is flipped by the
 * addend's top bit. In a group of eight words the symbols and raw values lie in the order 0 4 1 5 2
 * 6 3 7.
 */
final class WordTransform {
  private static final long MAGNITUDES = 0x7fff7fff7fff7fffL;
  private static final long SIGNS = ~MAGNITUDES;
  private static final long ONES = 0x0001000100010001L;
  private static final long BYTES = 0x00ff00ff00ff00ffL;

  /** How many runs after one with zeros are taken to have some too. */
  private static final int RETRY = 15;

  /** Where word i of a group of eight is written. */
  static final int[] PLACE = {0, 2, 4, 6, 1, 3, 5, 7};

  private final int rawBits;
  private final int spacing;
  private final boolean signInSymbol;
  private final WordLayout lanes;
  private final int magnitudeShift;
  private final int signShift;
  private final long window;
  private final long rawMask;
  private final long evenPairs;
  private final long oddPairs;
  private final long evenQuad;
  private final long oddQuad;
  private int withZeros;

  /**
   * @param spacing bits from one raw value to the next, {@code layout.rawBits()} or 8
   * @param signInSymbol the sign and 2 mantissa bits are in the symbol; else 3 mantissa bits are,
   *     and the sign is the lowest raw bit
   */
  WordTransform(WordLayout layout, int spacing, boolean signInSymbol) {
    rawBits = layout.rawBits();
    this.spacing = spacing;
    this.signInSymbol = signInSymbol;
    lanes = spacing == rawBits ? layout : null;
    magnitudeShift = signInSymbol ? 0 : 1;
    signShift = signInSymbol ? 8 - rawBits : 15;
    window = ((1 << (rawBits + 7)) - 1) * ONES;
    rawMask = ((1 << rawBits) - 1) * ONES;
    long pair = (1L << 2 * spacing) - 1;
    evenPairs = pair | pair << 32;
    oddPairs = evenPairs << 2 * spacing;
    evenQuad = (1L << 4 * spacing) - 1;
    oddQuad = evenQuad << 4 * spacing;
  }

  /** Bytes of raw values of {@code count} words, a multiple of 8. */
  int rawLength(int count) {
    return count / 8 * spacing;
  }

  /**
   * Splits {@code count} words, a multiple of 8; returns 0 if none is an exception. Writes up to 7
   * bytes more than {@link #rawLength} to {@code raw}.
   */
  long forward(
      byte[] words, int at, byte[] addends, int count, byte[] symbols, byte[] raw, int rawAt) {
    if (withZeros > 0) {
      withZeros--;
    } else if (forwardNonZero(words, at, addends, count, symbols, raw, rawAt)) {
      return 0;
    } else {
      withZeros = RETRY;
    }
    return forwardAny(words, at, addends, count, symbols, raw, rawAt);
  }

  /**
   * As {@link #forwardAny} in fewer steps; false, and nothing done, where a word is zero or bad.
   */
  boolean forwardNonZero(
      byte[] words, int at, byte[] addends, int count, byte[] symbols, byte[] raw, int rawAt) {
    if (lanes == WordLayout.F16) {
      return WordLanes.splitF16(words, at, addends, count, signInSymbol, symbols, raw, rawAt);
    }
    if (lanes == WordLayout.BF16) {
      return WordLanes.splitBf16(words, at, addends, count, signInSymbol, symbols, raw, rawAt);
    }
    long wide = 0;
    long nonZero = SIGNS;
    for (int i = 0; i < count; i += 8) {
      long word = getLong(words, at + 2 * i);
      long addend = getLong(addends, 2 * i);
      long magnitude = word & MAGNITUDES;
      long moved = magnitude + (addend & MAGNITUDES) & MAGNITUDES;
      wide |= moved;
      nonZero &= magnitude + MAGNITUDES & moved + MAGNITUDES;
      long first = moved << magnitudeShift | ((word ^ addend) & SIGNS) >>> signShift;

      word = getLong(words, at + 2 * i + 8);
      addend = getLong(addends, 2 * i + 8);
      magnitude = word & MAGNITUDES;
      moved = magnitude + (addend & MAGNITUDES) & MAGNITUDES;
      wide |= moved;
      nonZero &= magnitude + MAGNITUDES & moved + MAGNITUDES;
      long second = moved << magnitudeShift | ((word ^ addend) & SIGNS) >>> signShift;

      putLong(symbols, i, first >>> rawBits & BYTES | (second >>> rawBits & BYTES) << 8);
      long packed = first & rawMask | (second & rawMask) << spacing;
      packed = packed & evenPairs | packed >>> 16 - 2 * spacing & oddPairs;
      packed = packed & evenQuad | packed >>> 32 - 4 * spacing & oddQuad;
      putLong(raw, rawAt, packed);
      rawAt += spacing;
    }
    return (wide & ~window | nonZero ^ SIGNS) == 0;
  }

  private long forwardAny(
      byte[] words, int at, byte[] addends, int count, byte[] symbols, byte[] raw, int rawAt) {
    long exceptions = 0;
    for (int i = 0; i < count; i += 8) {
      long word = getLong(words, at + 2 * i);
      long addend = getLong(addends, 2 * i);
      long magnitude = word & MAGNITUDES;
      long nonZero = magnitude + MAGNITUDES & SIGNS;
      long moved = magnitude + (addend & MAGNITUDES) & nonZero - (nonZero >>> 15);
      exceptions |= moved & ~window | (moved + MAGNITUDES & SIGNS ^ nonZero);
      long first = (moved & window) << magnitudeShift | ((word ^ addend) & SIGNS) >>> signShift;

      word = getLong(words, at + 2 * i + 8);
      addend = getLong(addends, 2 * i + 8);
      magnitude = word & MAGNITUDES;
      nonZero = magnitude + MAGNITUDES & SIGNS;
      moved = magnitude + (addend & MAGNITUDES) & nonZero - (nonZero >>> 15);
      exceptions |= moved & ~window | (moved + MAGNITUDES & SIGNS ^ nonZero);
      long second = (moved & window) << magnitudeShift | ((word ^ addend) & SIGNS) >>> signShift;

      putLong(symbols, i, first >>> rawBits & BYTES | (second >>> rawBits & BYTES) << 8);
      long packed = first & rawMask | (second & rawMask) << spacing;
      packed = packed & evenPairs | packed >>> 16 - 2 * spacing & oddPairs;
      packed = packed & evenQuad | packed >>> 32 - 4 * spacing & oddQuad;
      putLong(raw, rawAt, packed);
      rawAt += spacing;
    }
    return exceptions;
  }

  /** Whether one word is an exception under its addend. */
  boolean isException(int word, int addend) {
    int magnitude = word & 0x7fff;
    int moved = magnitude + (addend & 0x7fff) & 0x7fff;
    return magnitude != 0 && (moved == 0 || moved > (window & 0x7fff));
  }

  /**
   * Puts {@code count} words, a multiple of 8, together again. Reads up to 7 bytes more than {@link
   * #rawLength} of {@code raw}.
   */
  void inverse(
      byte[] symbols, byte[] raw, int rawAt, byte[] addends, int count, byte[] words, int at) {
    if (lanes == WordLayout.F16) {
      WordLanes.joinF16(symbols, raw, rawAt, addends, count, signInSymbol, words, at);
      return;
    }
    if (lanes == WordLayout.BF16) {
      WordLanes.joinBf16(symbols, raw, rawAt, addends, count, signInSymbol, words, at);
      return;
    }
    int magnitudeShift = this.magnitudeShift;
    int signShift = this.signShift;
    for (int i = 0; i < count; i += 8) {
      long packed = getLong(raw, rawAt);
      rawAt += spacing;
      packed = packed & evenQuad | (packed & oddQuad) << 32 - 4 * spacing;
      packed = packed & evenPairs | (packed & oddPairs) << 16 - 2 * spacing;
      long symbol = getLong(symbols, i);

      long joint = (symbol & BYTES) << rawBits | packed & rawMask;
      long addend = getLong(addends, 2 * i);
      long moved = joint >>> magnitudeShift & window;
      long nonZero = moved + MAGNITUDES & SIGNS;
      long magnitude = (moved | SIGNS) - (addend & MAGNITUDES) & nonZero - (nonZero >>> 15);
      putLong(words, at + 2 * i, magnitude | (joint << signShift ^ addend) & SIGNS);

      joint = (symbol >>> 8 & BYTES) << rawBits | packed >>> spacing & rawMask;
      addend = getLong(addends, 2 * i + 8);
      moved = joint >>> magnitudeShift & window;
      nonZero = moved + MAGNITUDES & SIGNS;
      magnitude = (moved | SIGNS) - (addend & MAGNITUDES) & nonZero - (nonZero >>> 15);
      putLong(words, at + 2 * i + 8, magnitude | (joint << signShift ^ addend) & SIGNS);
    }
  }
}
