package dev.zoopress.codec.context;

import java.util.Arrays;

/**
 * Contexts for records of a few bytes, such as quantised blocks with their scales: columns whose
 * bytes are distributed alike share a table.
 */
final class ColumnClasses {
  private static final int MOST_COLUMNS = 256;
  private static final int LEAST_ROWS = 256;
  private static final int SAMPLED_ROWS = 1024;

  private ColumnClasses() {}

  /** The model, or null where rows are too long or too few. */
  static ContextModel of(byte[] source, int at, Grid grid) {
    int columns = grid.columns();
    if (columns > MOST_COLUMNS || grid.rows() < LEAST_ROWS) {
      return null;
    }
    int[][] counts = counts(source, at, grid);
    int[] classOf = new int[columns];
    Arrays.setAll(classOf, j -> j);
    merge(counts, classOf);
    return ContextModel.levels(grid, new int[grid.rows()], numbered(classOf));
  }

  private static int[][] counts(byte[] source, int at, Grid grid) {
    int[][] counts = new int[grid.columns()][256];
    int rows = grid.elements() / grid.columns();
    int step = Math.max(1, rows / SAMPLED_ROWS) * grid.columns();
    for (int from = 0; from + grid.columns() <= grid.elements(); from += step) {
      for (int i = 0; i < grid.columns(); i++) {
        int column = (grid.firstColumn() + i) % grid.columns();
        counts[column][source[at + from + i] & 0xff]++;
      }
    }
    return counts;
  }

  /** Joins the two classes that lose least by it until there are few enough. */
  private static void merge(int[][] counts, int[] classOf) {
    int columns = counts.length;
    double[] bits = new double[columns];
    double[][] loss = new double[columns][columns];
    for (int a = 0; a < columns; a++) {
      bits[a] = Entropy.bits(counts[a], 0, 256);
    }
    for (int a = 0; a < columns; a++) {
      for (int b = a + 1; b < columns; b++) {
        loss[a][b] = loss(counts[a], counts[b]) - bits[a] - bits[b];
      }
    }
    for (int left = columns; left > ContextModel.LEVELS; left--) {
      int one = -1;
      int other = -1;
      for (int a = 0; a < columns; a++) {
        for (int b = a + 1; b < columns && counts[a] != null; b++) {
          if (counts[b] != null && (one < 0 || loss[a][b] < loss[one][other])) {
            one = a;
            other = b;
          }
        }
      }
      join(counts, classOf, bits, loss, one, other);
    }
  }

  private static void join(
      int[][] counts, int[] classOf, double[] bits, double[][] loss, int one, int other) {
    for (int s = 0; s < 256; s++) {
      counts[one][s] += counts[other][s];
    }
    counts[other] = null;
    bits[one] = Entropy.bits(counts[one], 0, 256);
    for (int j = 0; j < classOf.length; j++) {
      classOf[j] = classOf[j] == other ? one : classOf[j];
      if (counts[j] != null && j != one) {
        double joined = loss(counts[one], counts[j]) - bits[one] - bits[j];
        loss[Math.min(one, j)][Math.max(one, j)] = joined;
      }
    }
  }

  private static double loss(int[] a, int[] b) {
    int[] both = new int[256];
    for (int s = 0; s < 256; s++) {
      both[s] = a[s] + b[s];
    }
    return Entropy.bits(both, 0, 256);
  }

  private static int[] numbered(int[] classOf) {
    int[] number = new int[classOf.length];
    Arrays.fill(number, -1);
    int[] numbered = new int[classOf.length];
    int next = 0;
    for (int j = 0; j < classOf.length; j++) {
      if (number[classOf[j]] < 0) {
        number[classOf[j]] = next++;
      }
      numbered[j] = number[classOf[j]];
    }
    return numbered;
  }
}
