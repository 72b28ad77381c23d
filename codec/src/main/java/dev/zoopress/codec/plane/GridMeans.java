package dev.zoopress.codec.plane;

import java.util.Arrays;

/** Mean magnitudes of the rows and columns of 16-bit words. */
final class GridMeans {
  /** Sums of 10-bit values that fit in a lane of 16 bits. */
  private static final int ROWS_BEFORE_FLUSH = 63;

  private static final int DROPPED_BITS = 5;
  private static final long KEPT = (0x7fff >>> DROPPED_BITS) * Lanes.ONES;
  private static final long PAIRS = 0x0000_ffff_0000_ffffL;

  private final double[] rowMeans;
  private final double[] columnMeans;
  private final long[] columnSums;
  private final int[] columnCounts;
  private final byte[] lanes;
  private int pendingRows;
  private double mean;

  GridMeans(int columns, int rows) {
    rowMeans = new double[rows];
    columnMeans = new double[columns];
    columnSums = new long[columns];
    columnCounts = new int[columns];
    lanes = new byte[2 * columns + 8];
  }

  double[] rowMeans() {
    return rowMeans;
  }

  double[] columnMeans() {
    return columnMeans;
  }

  double mean() {
    return mean;
  }

  /** Takes {@code count} words; the first stands in {@code firstColumn}. */
  void add(byte[] words, int at, int count, int firstColumn) {
    int columns = columnMeans.length;
    int column = firstColumn;
    double total = 0;
    for (int done = 0, row = 0; done < count; row++, column = 0) {
      int run = Math.min(columns - column, count - done);
      long sum =
          run == columns
              ? addRow(words, at + 2 * done)
              : addPart(words, at + 2 * done, column, run);
      rowMeans[row] = (double) sum / run * (1 << DROPPED_BITS);
      total += sum;
      done += run;
    }
    flush();
    mean = total / count * (1 << DROPPED_BITS);
    int wholeRows = (int) ((count - firstPart(firstColumn, columns, count)) / columns);
    for (int j = 0; j < columns; j++) {
      int n = columnCounts[j] + wholeRows;
      columnMeans[j] = n == 0 ? mean : (double) columnSums[j] / n * (1 << DROPPED_BITS);
    }
  }

  /** Elements before the first whole row. */
  private static long firstPart(int firstColumn, int columns, int count) {
    return firstColumn == 0 ? 0 : Math.min(columns - firstColumn, count);
  }

  private long addRow(byte[] words, int at) {
    int columns = columnMeans.length;
    long sum = 0;
    int j = 0;
    for (; j <= columns - 4; j += 4) {
      long kept = (long) Lanes.LONG.get(words, at + 2 * j) >>> DROPPED_BITS & KEPT;
      Lanes.LONG.set(lanes, 2 * j, (long) Lanes.LONG.get(lanes, 2 * j) + kept);
      sum += (kept & PAIRS) + (kept >>> 16 & PAIRS);
    }
    long row = (sum & 0xffff_ffffL) + (sum >>> 32);
    for (; j < columns; j++) {
      int kept = ((short) Lanes.SHORT.get(words, at + 2 * j) & 0x7fff) >>> DROPPED_BITS;
      Lanes.SHORT.set(lanes, 2 * j, (short) ((short) Lanes.SHORT.get(lanes, 2 * j) + kept));
      row += kept;
    }
    if (++pendingRows == ROWS_BEFORE_FLUSH) {
      flush();
    }
    return row;
  }

  private long addPart(byte[] words, int at, int column, int run) {
    long row = 0;
    for (int j = 0; j < run; j++) {
      int kept = ((short) Lanes.SHORT.get(words, at + 2 * j) & 0x7fff) >>> DROPPED_BITS;
      columnSums[column + j] += kept;
      columnCounts[column + j]++;
      row += kept;
    }
    return row;
  }

  private void flush() {
    for (int j = 0; j < columnSums.length; j++) {
      columnSums[j] += (short) Lanes.SHORT.get(lanes, 2 * j) & 0xffff;
    }
    Arrays.fill(lanes, (byte) 0);
    pendingRows = 0;
  }
}
