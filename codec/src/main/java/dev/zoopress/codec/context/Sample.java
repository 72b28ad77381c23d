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

  /** Counts joint values of words under {@code model}; at most {@link #MOST_CONTEXTS} contexts. */
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
    int shift = layout.rawBits() - 1;
    int step = step(count, target);
    for (int first = 0; first < count; first += step) {
      int run = read(elements, source, at, first, Math.min(STRIP, count - first));
      model.fill(first, run, addends, contexts);
      boolean flat = model.kind() == ContextModel.Kind.FLAT;
      for (int i = 0; i < run; i++) {
        int word = getShort(coded, 2 * i);
        int addend = getShort(addends, 2 * i);
        int magnitude = word & 0x7fff;
        int moved = magnitude == 0 ? 0 : magnitude + addend & 0x7fff;
        exceptions += transform.isException(word, addend) ? 1 : 0;
        int context = flat ? 0 : contexts[(i & ~7) + WordTransform.PLACE[i & 7]];
        int joint = ((word ^ addend) >>> 15 & 1) << 8 | moved >>> shift & 0xff;
        counts[context * JOINT + joint]++;
      }
      seen += run;
    }
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
