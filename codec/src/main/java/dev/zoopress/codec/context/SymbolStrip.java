package dev.zoopress.codec.context;

import static dev.zoopress.codec.entropy.LittleEndian.getInt;
import static dev.zoopress.codec.entropy.LittleEndian.getShort;

import java.util.Arrays;

/**
 * Turns strips of a frame's elements into symbols, contexts and raw bits. Reusable; not
 * thread-safe.
 */
final class SymbolStrip {
  /** Most elements of a strip; strips start at multiples of it. */
  static final int LENGTH = 4096;

  final byte[] symbols = new byte[LENGTH + 16];
  final byte[] contexts = new byte[LENGTH + 16];
  final byte[] addends = new byte[2 * LENGTH + 16];
  private final byte[] coded = new byte[2 * LENGTH + 16];
  private final byte[] discarded = new byte[LENGTH + 16];

  private Elements elements;
  private ContextModel model;
  private boolean flat;
  private WordTransform packed;
  private WordTransform spaced;
  private byte[] words;
  private int wordsAt;

  void begin(Elements elements, WordLayout layout, boolean signInSymbol, ContextModel model) {
    this.elements = elements;
    this.model = model;
    flat = model.kind() == ContextModel.Kind.FLAT;
    if (layout != null) {
      packed = new WordTransform(layout, layout.rawBits(), signInSymbol);
      spaced = new WordTransform(layout, 8, signInSymbol);
    }
  }

  /** Writes raw values next to each other. */
  WordTransform packed() {
    return packed;
  }

  /** Writes each raw value into a byte. */
  WordTransform spaced() {
    return spaced;
  }

  /** As {@link #split}, without raw bits. */
  void sample(byte[] source, int at, int first, int run) {
    split(source, at, first, run, packed, discarded, 0);
  }

  /**
   * Fills {@link #symbols} and {@link #contexts} for the elements from {@code first}, a multiple of
   * 8, on; the group of eight at the end is filled up with zeros. Writes the raw values to {@code
   * raw}, and nothing behind them.
   *
   * @param at where the frame starts in {@code source}
   * @return 0 if no element is an exception
   */
  long split(
      byte[] source, int at, int first, int run, WordTransform transform, byte[] raw, int rawAt) {
    int width = elements.codedBytes();
    int full = run + 7 & ~7;
    words = source;
    wordsAt = at + first * elements.elementBytes();
    if (!elements.direct() || full != run) {
      if (elements.direct()) {
        System.arraycopy(source, wordsAt, coded, 0, run * width);
      } else {
        elements.read(source, wordsAt, run, coded);
      }
      Arrays.fill(coded, run * width, full * width, (byte) 0);
      words = coded;
      wordsAt = 0;
    }
    model.fill(first, run, addends, contexts);
    if (width == 1) {
      return ByteTransform.forward(words, wordsAt, addends, full, symbols);
    }
    int end = rawAt + transform.rawLength(full);
    long behind = dev.zoopress.codec.entropy.LittleEndian.getLong(raw, end);
    long exceptions = transform.forward(words, wordsAt, addends, full, symbols, raw, rawAt);
    dev.zoopress.codec.entropy.LittleEndian.putLong(raw, end, behind);
    return exceptions;
  }

  /** Whether element {@code i} of the strip last split is an exception. */
  boolean isException(int i) {
    if (elements.codedBytes() == 1) {
      return ByteTransform.isException(words[wordsAt + i], addends[i]);
    }
    return packed.isException(getShort(words, wordsAt + 2 * i), getShort(addends, 2 * i));
  }

  /** Adds the strip's symbols to {@code counts[context * 256 + symbol]}. */
  void count(int run, int[] counts) {
    int whole = run & ~7;
    if (flat) {
      for (int i = 0; i < whole; i += 4) {
        int four = getInt(symbols, i);
        counts[four & 0xff]++;
        counts[four >>> 8 & 0xff]++;
        counts[four >>> 16 & 0xff]++;
        counts[four >>> 24]++;
      }
    } else {
      for (int i = 0; i < whole; i += 4) {
        int four = getInt(symbols, i);
        int context = getInt(contexts, i);
        counts[(context & 0xff) << 8 | four & 0xff]++;
        counts[context & 0xff00 | four >>> 8 & 0xff]++;
        counts[context >>> 8 & 0xff00 | four >>> 16 & 0xff]++;
        counts[context >>> 16 & 0xff00 | four >>> 24]++;
      }
    }
    for (int i = whole; i < run; i++) {
      int place = elements.codedBytes() == 1 ? i : whole + WordTransform.PLACE[i & 7];
      counts[(flat ? 0 : (contexts[place] & 0xff) << 8) | symbols[place] & 0xff]++;
    }
  }

  /** Makes the symbols behind the last element of a strip {@code symbol} in context 0. */
  void pad(int run, byte symbol) {
    int whole = run & ~7;
    for (int i = run; (i & 7) != 0; i++) {
      int place = elements.codedBytes() == 1 ? i : whole + WordTransform.PLACE[i & 7];
      symbols[place] = symbol;
    }
  }
}
