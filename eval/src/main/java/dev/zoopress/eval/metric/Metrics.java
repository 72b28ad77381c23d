package dev.zoopress.eval.metric;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Metrics over predictions and references of the same length. All return values as {@code
 * scikit-learn} and {@code scipy} define them; where a definition divides by zero, 0 for the
 * classification metrics and NaN for the correlations.
 */
public final class Metrics {
  private Metrics() {}

  public static double accuracy(int[] predicted, int[] expected) {
    requireSame(predicted.length, expected.length);
    long right =
        IntStream.range(0, predicted.length).filter(i -> predicted[i] == expected[i]).count();
    return (double) right / predicted.length;
  }

  /** F1 of class 1. */
  public static double f1(int[] predicted, int[] expected) {
    requireSame(predicted.length, expected.length);
    long both = 0;
    long said = 0;
    long were = 0;
    for (int i = 0; i < predicted.length; i++) {
      both += predicted[i] == 1 && expected[i] == 1 ? 1 : 0;
      said += predicted[i] == 1 ? 1 : 0;
      were += expected[i] == 1 ? 1 : 0;
    }
    return said + were == 0 ? 0 : 2.0 * both / (said + were);
  }

  /** Matthews correlation, for any number of classes. */
  public static double matthews(int[] predicted, int[] expected) {
    requireSame(predicted.length, expected.length);
    int classes = 1 + Math.max(max(predicted), max(expected));
    double[] said = new double[classes];
    double[] were = new double[classes];
    double right = 0;
    for (int i = 0; i < predicted.length; i++) {
      said[predicted[i]]++;
      were[expected[i]]++;
      right += predicted[i] == expected[i] ? 1 : 0;
    }
    double n = predicted.length;
    double top = right * n;
    double saidRoot = n * n;
    double wereRoot = n * n;
    for (int c = 0; c < classes; c++) {
      top -= said[c] * were[c];
      saidRoot -= said[c] * said[c];
      wereRoot -= were[c] * were[c];
    }
    return saidRoot == 0 || wereRoot == 0 ? 0 : top / Math.sqrt(saidRoot * wereRoot);
  }

  public static double pearson(double[] predicted, double[] expected) {
    requireSame(predicted.length, expected.length);
    double meanX = Arrays.stream(predicted).average().orElse(Double.NaN);
    double meanY = Arrays.stream(expected).average().orElse(Double.NaN);
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < predicted.length; i++) {
      double x = predicted[i] - meanX;
      double y = expected[i] - meanY;
      xy += x * y;
      xx += x * x;
      yy += y * y;
    }
    return xx == 0 || yy == 0 ? Double.NaN : xy / Math.sqrt(xx * yy);
  }

  /** Pearson of the ranks; ties share their mean rank. */
  public static double spearman(double[] predicted, double[] expected) {
    return pearson(ranks(predicted), ranks(expected));
  }

  private static double[] ranks(double[] values) {
    Integer[] order = IntStream.range(0, values.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, (a, b) -> Double.compare(values[a], values[b]));
    double[] ranks = new double[values.length];
    for (int from = 0; from < order.length; ) {
      int to = from + 1;
      while (to < order.length && values[order[to]] == values[order[from]]) {
        to++;
      }
      for (int i = from; i < to; i++) {
        ranks[order[i]] = (from + to + 1) / 2.0;
      }
      from = to;
    }
    return ranks;
  }

  private static int max(int[] values) {
    return Arrays.stream(values).max().orElse(0);
  }

  private static void requireSame(int a, int b) {
    if (a != b || a == 0) {
      throw new IllegalArgumentException(a + " predictions for " + b + " references");
    }
  }
}
