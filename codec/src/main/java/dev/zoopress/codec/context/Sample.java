package dev.zoopress.codec.context;

import static dev.zoopress.codec.entropy.LittleEndian.getShort;

import java.util.Arrays;

/**
 * Counts of a sample of a frame under a model: evenly spaced strips, everything where the frame is
 * small. Reusable; not thread-safe.
 */
final class Sample {
  /** Elements of a strip. */
  static final int STRIP = 2048;

  /** Joint values: sign, five exponent bits, three mantissa bits. */
  static final int JOINT = 512;

  /** Contexts of the widest sampling model. */
  static final int MOST_CONTEXTS = 32;

  private final byte[] addends = new byte[2 * STRIP + 16];
  private final byte[] contexts = new byte[STRIP + 16];
  private final byte[] coded = new byte[2 * STRIP + 16];
  private final byte[] symbols = new byte[STRIP + 8];
  private final byte[] raw = new byte[STRIP + 8];

  /**
   * {@code counts[context * JOINT + joint]} for words, {@code context * 256 + symbol} for bytes.
   */
  final int[] counts = new int[MOST_CONTEXTS * JOINT];

  int seen;
  int zeros;
  int exceptions;
  double meanMagnitude;

  /** Elements from one strip's start to the next, for about {@code target} elements in all. */
  static int step(int elements, int target) {
    int strips = (target + STRIP - 1) / STRIP;
    int all = (elements + STRIP - 1) / STRIP;
    return Math.max(1, all / strips) * STRIP;
  }

  private void reset() {
    Arrays.fill(counts, 0);
    seen = 0;
    zeros = 0;
    exceptions = 0;
    meanMagnitude = 0;
  }

  private int read(Elements elements, byte[] source, int at, int first, int run) {
    int from = at + first * elements.elementBytes();
    if (elements.direct()) {
      System.arraycopy(source, from, coded, 0, run * elements.codedBytes());
    } else {
      elements.read(source, from, run, coded);
    }
    return run;
  }

  /** Only {@link #zeros} and {@link #meanMagnitude} (of the others). */
  void magnitudes(Elements elements, byte[] source, int at, int count, int target) {
    reset();
    long sum = 0;
    int step = step(count, target);
    for (int first = 0; first < count; first += step) {
      int run = read(elements, source, at, first, Math.min(STRIP, count - first));
      for (int i = 0; i < run; i++) {
        int magnitude =
            elements.codedBytes() == 1 ? coded[i] & 0x7f : getShort(coded, 2 * i) & 0x7fff;
        sum += magnitude;
        zeros += magnitude == 0 ? 1 : 0;
      }
      seen += run;
    }
    meanMagnitude = seen == zeros ? 0 : sum / (double) (seen - zeros);
  }

  /**
   * Counts joint values of words under {@code model}; at most {@link #MOST_CONTEXTS} contexts.
   *
   * @param transform with the sign in the symbol and a byte for each raw value
   */
  void words(
      ContextModel model,
      WordLayout layout,
      WordTransform transform,
      Elements elements,
      byte[] source,
      int at,
      int count,
      int target) {
    reset();
    boolean flat = model.kind() == ContextModel.Kind.FLAT;
    int step = step(count, target);
    for (int first = 0; first < count; first += step) {
      int run = read(elements, source, at, first, Math.min(STRIP, count - first));
      int full = run + 7 & ~7;
      Arrays.fill(coded, 2 * run, 2 * full, (byte) 0);
      model.fill(first, run, addends, contexts);
      if (transform.forward(coded, 0, addends, full, symbols, raw, 0) != 0) {
        countExceptions(transform, run);
      }
      int whole = run & ~7;
      for (int i = 0; i < whole; i++) {
        count(i, layout, flat);
      }
      for (int i = whole; i < run; i++) {
        count(whole + WordTransform.PLACE[i & 7], layout, flat);
      }
      seen += run;
    }
  }

  private void countExceptions(WordTransform transform, int run) {
    for (int i = 0; i < run; i++) {
      boolean bad = transform.isException(getShort(coded, 2 * i), getShort(addends, 2 * i));
      exceptions += bad ? 1 : 0;
    }
  }

  /** Counts what stands at {@code place}: sign and seven bits in the symbol, one bit below. */
  private void count(int place, WordLayout layout, boolean flat) {
    int below = raw[place] >>> layout.rawBits() - 1 & 1;
    int context = flat ? 0 : contexts[place];
    counts[context * JOINT + ((symbols[place] & 0xff) << 1 | below)]++;
  }

  /** Counts bytes under {@code model}. */
  void bytes(ContextModel model, Elements elements, byte[] source, int at, int count, int target) {
    reset();
    int step = step(count, target);
    for (int first = 0; first < count; first += step) {
      int run = read(elements, source, at, first, Math.min(STRIP, count - first));
      model.fill(first, run, addends, contexts);
      boolean flat = model.kind() == ContextModel.Kind.FLAT;
      for (int i = 0; i < run; i++) {
        int value = coded[i];
        int addend = addends[i];
        int magnitude = value & 0x7f;
        int moved = magnitude == 0 ? 0 : magnitude + addend & 0x7f;
        exceptions += ByteTransform.isException(value, addend) ? 1 : 0;
        int context = flat ? 0 : contexts[i];
        counts[context * 256 + (moved | (value ^ addend) & 0x80)]++;
      }
      seen += run;
    }
  }
}
