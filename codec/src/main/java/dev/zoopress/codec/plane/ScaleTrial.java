package dev.zoopress.codec.plane;

/** Compares on a sample the entropy of words' high parts with and without their scales. */
final class ScaleTrial {
  private static final int RUNS = 256;
  private static final int RUN_ELEMENTS = 64;

  /** Expected cost of one row's or column's step. */
  private static final double STEP_BITS = 5;

  private ScaleTrial() {}

  static boolean pays(ScaleGrid scales, byte[] words, int at, int count, int columns) {
    int[] plain = new int[4096];
    int[] scaled = new int[4096];
    byte[] run = new byte[2 * RUN_ELEMENTS];
    int sampled = 0;
    int stride = Math.max(RUN_ELEMENTS, count / RUNS);
    for (int first = 0; first + RUN_ELEMENTS <= count; first += stride) {
      scales.scale(words, at + 2 * first, RUN_ELEMENTS, first, run, 0);
      for (int i = 0; i < RUN_ELEMENTS; i++) {
        plain[(words[at + 2 * (first + i) + 1] & 0xff)]++;
        scaled[(run[2 * i + 1] & 0xff)]++;
      }
      sampled += RUN_ELEMENTS;
    }
    double saved = entropy(plain, sampled) - entropy(scaled, sampled);
    double side = STEP_BITS * (columns + (double) count / columns);
    return saved * count > side + 0.01 * count;
  }

  private static double entropy(int[] histogram, int count) {
    double sum = 0;
    for (int n : histogram) {
      if (n > 0) {
        sum += n * Math.log((double) count / n);
      }
    }
    return sum / Math.log(2) / Math.max(1, count);
  }
}
