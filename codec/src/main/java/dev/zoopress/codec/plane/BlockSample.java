package dev.zoopress.codec.plane;

import java.util.Arrays;

/** Histograms over a few thousand elements of a block: what the choice of its layout rests on. */
final class BlockSample {
  private static final int RUNS = 64;
  private static final int RUN_ELEMENTS = 64;
  private static final int MAX = RUNS * RUN_ELEMENTS;

  /** Bits of an exponent that is not in the joint window: the word itself, and its symbol. */
  private static final double ESCAPE_BITS = 24;

  /**
   * A plane is worth a trial when Huffman would save this many bits a byte: zstd refuses below 1.6
   * %.
   */
  private static final double WORTH = 0.16;

  private static final double[] N_LOG_N = new double[MAX + 1];

  static {
    for (int i = 2; i <= MAX; i++) {
      N_LOG_N[i] = i * Math.log(i) / Math.log(2);
    }
  }

  private final int[] words = new int[4096];
  private final int[][] planes = new int[16][256];
  private final int[] folded = new int[256];
  private int count;
  private int lowPlanes;
  private int base;

  /** Looks at {@code elements} of {@code width} bytes; the top two bytes are the word. */
  void take(byte[] source, int at, int elements, int width) {
    Arrays.fill(words, 0);
    lowPlanes = Math.max(0, width - 2);
    for (int p = 0; p <= lowPlanes; p++) {
      Arrays.fill(planes[p], 0);
    }
    count = 0;
    int run = elements <= MAX ? elements : RUN_ELEMENTS;
    int stride = elements <= MAX ? elements : elements / RUNS;
    for (int start = 0; start + run <= elements && count < MAX; start += stride) {
      int from = at + start * width;
      count += run;
      if (width == 1) {
        takeBytes(source, from, run);
      } else {
        takeElements(source, from, run, width);
      }
    }
  }

  private void takeBytes(byte[] source, int from, int run) {
    int[] histogram = planes[0];
    for (int i = 0; i < run; i++) {
      histogram[source[from + i] & 0xff]++;
    }
  }

  private void takeElements(byte[] source, int from, int run, int width) {
    int[] low = planes[lowPlanes];
    for (int i = 0, at = from + width - 2; i < run; i++, at += width) {
      int word = (short) Lanes.SHORT.get(source, at) & 0xffff;
      words[word >>> 4]++;
      low[word & 0xff]++;
    }
    for (int p = 0; p < lowPlanes; p++) {
      int[] histogram = planes[p];
      for (int i = 0, at = from + p; i < run; i++, at += width) {
        histogram[source[at] & 0xff]++;
      }
    }
  }

  /**
   * Whether plane {@code p} (the one behind the low planes is the word's low byte) may be worth
   * coding.
   */
  boolean codable(int p) {
    return bits(planes[p]) < 8 - WORTH;
  }

  /** First magnitude of the window for {@link JointWords}; valid after {@link #floatLayout}. */
  int base() {
    return base;
  }

  /** Whether the low field of {@code layout} may be worth coding rather than stored as it is. */
  boolean lowCodable(WordLayout layout) {
    return layout.joint() ? lowBits(layout) < 5 * (1 - WORTH / 8) : lowBits(layout) < 8 - WORTH;
  }

  /**
   * The layout with the shortest estimated code for words that start with sign and 8 exponent bits.
   */
  WordLayout floatLayout() {
    chooseBase();
    WordLayout best = WordLayout.BYTES;
    double least = Double.MAX_VALUE;
    for (WordLayout layout : WordLayout.values()) {
      double bits = symbolBits(layout) + Math.min(lowBits(layout), layout.joint() ? 5 : 8);
      if (bits < least) {
        best = layout;
        least = bits;
      }
    }
    return best;
  }

  private void chooseBase() {
    int[] exponents = folded;
    Arrays.fill(exponents, 0);
    for (int i = 0; i < words.length; i++) {
      exponents[i >>> 3 & 0xff] += words[i];
    }
    int covered = 0;
    for (int e = 0; e < 32; e++) {
      covered += exponents[e];
    }
    int most = covered;
    int first = 0;
    int last = 0;
    for (int e = 1; e <= 256 - 32; e++) {
      covered += exponents[e + 31] - exponents[e - 1];
      if (covered > most) {
        most = covered;
        first = e;
        last = e;
      } else if (covered == most) {
        last = e;
      }
    }
    // Unseen values are rather smaller than larger: one octave above what was seen.
    base = Math.min(first + 1, last) << 7;
  }

  private double symbolBits(WordLayout layout) {
    Arrays.fill(folded, 0);
    int escapes = 0;
    for (int i = 0; i < words.length; i++) {
      int n = words[i];
      if (n == 0) {
        continue;
      }
      int t = (i & 0x7ff) - (base >>> 4);
      switch (layout) {
        case BYTES -> folded[i >>> 4] += n;
        case EXPONENT -> folded[i >>> 3 & 0xff] += n;
        default -> {
          int symbol = layout == WordLayout.JOINT ? t : t >>> 1 | i >>> 11 << 7;
          if (symbol == 0 || t >>> 8 != 0) {
            escapes += n;
            folded[0] += n;
          } else {
            folded[symbol] += n;
          }
        }
      }
    }
    return Math.max(bits(folded), escapes == 0 ? 0 : 1) + ESCAPE_BITS * escapes / count;
  }

  private double lowBits(WordLayout layout) {
    int mask =
        switch (layout) {
          case BYTES -> 0xff;
          case EXPONENT -> 0x7f;
          case JOINT -> 0x0f;
          case JOINT_SIGN -> 0x1f;
        };
    Arrays.fill(folded, 0);
    int[] low = planes[lowPlanes];
    for (int i = 0; i < 256; i++) {
      folded[i & mask] += low[i];
    }
    boolean sign = layout == WordLayout.EXPONENT || layout == WordLayout.JOINT;
    return bits(folded) + (sign ? 1 : 0);
  }

  /** Bits a symbol under a Huffman code; corrected for what a small sample hides. */
  private double bits(int[] histogram) {
    double sum = 0;
    int used = 0;
    for (int n : histogram) {
      sum += N_LOG_N[n];
      used += n > 0 ? 1 : 0;
    }
    if (used < 2) {
      return 0;
    }
    double entropy = (N_LOG_N[count] - sum) / count + (used - 1) / (2 * Math.log(2) * count);
    return Math.max(1, entropy);
  }
}
