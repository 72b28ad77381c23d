package dev.zoopress.codec.context;

/**
 * Contexts for integers of one byte: rows and columns of a matrix by how far their values are from
 * the middle.
 */
final class Levels {
  private static final int SAMPLED = 512;

  /** Levels per octave of spread. */
  private static final double PER_OCTAVE = 4;

  private Levels() {}

  /** The model for a matrix, or null where rows and columns are all alike. */
  static ContextModel of(byte[] source, int at, Grid grid) {
    int rows = grid.rows();
    int columns = grid.columns();
    double[] rowSums = new double[rows];
    int[] rowCounts = new int[rows];
    double[] columnSums = new double[columns];
    int[] columnCounts = new int[columns];
    int middle = middle(source, at, grid.elements());
    int rowStep = Math.max(1, rows / SAMPLED);
    int columnStep = Math.max(1, columns / SAMPLED);
    for (int row = 0; row < rows; row++) {
      boolean all = row % rowStep == 0;
      int from = Math.max(0, grid.firstColumn() - row * columns);
      int start = row * columns - grid.firstColumn();
      int to = Math.min(columns, grid.elements() - start);
      for (int j = from; j < to; j += all ? 1 : columnStep) {
        int distance = Math.abs((byte) (source[at + start + j] - middle));
        rowSums[row] += distance;
        rowCounts[row]++;
        if (all) {
          columnSums[j] += distance;
          columnCounts[j]++;
        }
      }
    }
    return model(grid, spreads(rowSums, rowCounts), spreads(columnSums, columnCounts));
  }

  private static int middle(byte[] source, int at, int count) {
    int step = Math.max(1, count / 4096);
    int seen = 0;
    long signed = 0;
    long unsigned = 0;
    for (int i = 0; i < count; i += step) {
      signed += Math.abs(source[at + i]);
      unsigned += Math.abs((source[at + i] & 0xff) - 128);
      seen++;
    }
    if (seen == 0 || signed <= unsigned) {
      return 0;
    }
    long sum = 0;
    for (int i = 0; i < count; i += step) {
      sum += source[at + i] & 0xff;
    }
    return (int) Math.round(sum / (double) seen);
  }

  private static double[] spreads(double[] sums, int[] counts) {
    double[] spreads = new double[sums.length];
    double mean = 0;
    for (int i = 0; i < sums.length; i++) {
      spreads[i] = Math.log(sums[i] / Math.max(1, counts[i]) + 0.25) / Math.log(2) * PER_OCTAVE;
      mean += spreads[i];
    }
    for (int i = 0; i < sums.length; i++) {
      spreads[i] -= mean / sums.length;
    }
    return spreads;
  }

  private static ContextModel model(Grid grid, double[] rowSpreads, double[] columnSpreads) {
    int[] rows = new int[rowSpreads.length];
    int[] columns = new int[columnSpreads.length];
    int half = ContextModel.LEVELS / 2;
    boolean alike = true;
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (int) Math.round(Math.max(0, Math.min(15, half + rowSpreads[i])));
      alike &= rows[i] == half;
    }
    for (int j = 0; j < columns.length; j++) {
      columns[j] = (int) Math.round(Math.max(-15, Math.min(15, columnSpreads[j])));
      alike &= columns[j] == 0;
    }
    return alike ? null : ContextModel.levels(grid, rows, columns);
  }
}
