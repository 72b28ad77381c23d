package dev.zoopress.codec.context;

import static dev.zoopress.codec.entropy.LittleEndian.getLong;
import static dev.zoopress.codec.entropy.LittleEndian.getShort;
import static dev.zoopress.codec.entropy.LittleEndian.putLong;

import java.util.Arrays;

/**
 * Mean magnitude of every row and column of a frame, and how many values of a column are negative.
 * The magnitude of a float taken as an integer grows with its logarithm, so these are log-means.
 */
final class GridStatistics {
  /** Magnitudes are summed in units of 2^5: the sums of 63 fit in 16 bits. */
  static final int WORD_SHIFT = 5;

  /** Columns are known well enough from about this many rows. */
  private static final int ROWS_FOR_COLUMNS = 2048;

  private static final int ROWS_PER_FLUSH = 63;
  private static final int BUFFERED_COLUMNS = 1 << 16;

  private final Grid grid;
  private final long[] rowSums;
  private final int[] rowCounts;
  private final int[] columnSums;
  private final int[] columnCounts;
  private final int[] negatives;
  private final byte[] laneSums;
  private final byte[] laneNegatives;

  private GridStatistics(Grid grid) {
    this.grid = grid;
    rowSums = new long[grid.rows()];
    rowCounts = new int[grid.rows()];
    columnSums = new int[grid.columns()];
    columnCounts = new int[grid.columns()];
    negatives = new int[grid.columns()];
    laneSums = new byte[2 * grid.columns() + 8];
    laneNegatives = new byte[2 * grid.columns() + 8];
  }

  /**
   * Statistics of a frame of words or bytes.
   *
   * @param skipZeros leaves zeros out of the sums, slowly
   */
  static GridStatistics of(Elements elements, byte[] source, int at, Grid grid, boolean skipZeros) {
    GridStatistics statistics = new GridStatistics(grid);
    statistics.collect(elements, source, at, skipZeros);
    return statistics;
  }

  private void collect(Elements elements, byte[] source, int at, boolean skipZeros) {
    int width = elements.codedBytes();
    byte[] buffer =
        elements.direct()
            ? source
            : new byte[width * Math.min(grid.columns(), BUFFERED_COLUMNS) + 8];
    int columnStep = Math.max(1, grid.rows() / ROWS_FOR_COLUMNS);
    int column = grid.firstColumn();
    int buffered = 0;
    int row = 0;
    for (int i = 0; i < grid.elements(); ) {
      int run = Math.min(grid.columns() - column, grid.elements() - i);
      if (!elements.direct()) {
        run = Math.min(run, BUFFERED_COLUMNS);
        elements.read(source, at + i * elements.elementBytes(), run, buffer);
      }
      int from = elements.direct() ? at + i * width : 0;
      if (width == 1) {
        addBytes(buffer, from, row, column, run, skipZeros);
      } else if (skipZeros) {
        addNonZeroWords(buffer, from, row, column, run);
      } else if (row % columnStep != 0) {
        addRowOnly(buffer, from, row, run);
      } else {
        addWords(buffer, from, row, column, run);
        if (++buffered == ROWS_PER_FLUSH) {
          flush();
          buffered = 0;
        }
      }
      i += run;
      column += run;
      if (column == grid.columns()) {
        column = 0;
        row++;
      }
    }
    flush();
  }

  private void addWords(byte[] words, int from, int row, int column, int run) {
    long total = 0;
    int i = 0;
    byte[] sums = laneSums;
    byte[] signs = laneNegatives;
    for (; i + 4 <= run; i += 4) {
      long word = getLong(words, from + 2 * i);
      int lane = 2 * (column + i);
      long magnitude = word >>> WORD_SHIFT & 0x03ff03ff03ff03ffL;
      putLong(sums, lane, getLong(sums, lane) + magnitude);
      putLong(signs, lane, getLong(signs, lane) + (word >>> 15 & 0x0001000100010001L));
      total += (magnitude & 0x0000ffff0000ffffL) + (magnitude >>> 16 & 0x0000ffff0000ffffL);
    }
    long sum = (total & 0xffffffffL) + (total >>> 32);
    for (; i < run; i++) {
      int word = getShort(words, from + 2 * i);
      columnSums[column + i] += word >>> WORD_SHIFT & 0x3ff;
      negatives[column + i] += word >>> 15;
      sum += word >>> WORD_SHIFT & 0x3ff;
    }
    rowSums[row] += sum;
    rowCounts[row] += run;
    for (int j = column; j < column + run; j++) {
      columnCounts[j]++;
    }
  }

  private void addRowOnly(byte[] words, int from, int row, int run) {
    long total = 0;
    int i = 0;
    for (; i + 4 <= run; i += 4) {
      long magnitude = getLong(words, from + 2 * i) >>> WORD_SHIFT & 0x03ff03ff03ff03ffL;
      total += (magnitude & 0x0000ffff0000ffffL) + (magnitude >>> 16 & 0x0000ffff0000ffffL);
    }
    long sum = (total & 0xffffffffL) + (total >>> 32);
    for (; i < run; i++) {
      sum += getShort(words, from + 2 * i) >>> WORD_SHIFT & 0x3ff;
    }
    rowSums[row] += sum;
    rowCounts[row] += run;
  }

  private void addNonZeroWords(byte[] words, int from, int row, int column, int run) {
    for (int i = 0; i < run; i++) {
      int word = getShort(words, from + 2 * i);
      if ((word & 0x7fff) != 0) {
        int magnitude = word >>> WORD_SHIFT & 0x3ff;
        columnSums[column + i] += magnitude;
        negatives[column + i] += word >>> 15;
        columnCounts[column + i]++;
        rowSums[row] += magnitude;
        rowCounts[row]++;
      }
    }
  }

  private void addBytes(byte[] bytes, int from, int row, int column, int run, boolean skipZeros) {
    int sum = 0;
    int count = 0;
    for (int i = 0; i < run; i++) {
      int value = bytes[from + i];
      int magnitude = value & 0x7f;
      int one = skipZeros && magnitude == 0 ? 0 : 1;
      columnSums[column + i] += magnitude;
      columnCounts[column + i] += one;
      negatives[column + i] += value >>> 31 & one;
      sum += magnitude;
      count += one;
    }
    rowSums[row] += sum;
    rowCounts[row] += count;
  }

  private void flush() {
    for (int j = 0; j < grid.columns(); j++) {
      columnSums[j] += getShort(laneSums, 2 * j);
      negatives[j] += getShort(laneNegatives, 2 * j);
    }
    Arrays.fill(laneSums, (byte) 0);
    Arrays.fill(laneNegatives, (byte) 0);
  }

  /** Mean of everything, in the units of the sums. */
  double mean() {
    long sum = 0;
    long count = 0;
    for (int i = 0; i < rowSums.length; i++) {
      sum += rowSums[i];
      count += rowCounts[i];
    }
    return count == 0 ? 0 : sum / (double) count;
  }

  /** Mean of a row, or {@code otherwise} where nothing was counted. */
  double row(int row, double otherwise) {
    return rowCounts[row] == 0 ? otherwise : rowSums[row] / (double) rowCounts[row];
  }

  /** Mean of a column, or {@code otherwise} where nothing was counted. */
  double column(int column, double otherwise) {
    return columnCounts[column] == 0
        ? otherwise
        : columnSums[column] / (double) columnCounts[column];
  }

  /** Share of negative values in a column, one half where nothing was counted. */
  double negativeShare(int column) {
    return columnCounts[column] == 0 ? 0.5 : negatives[column] / (double) columnCounts[column];
  }

  /** Values counted in a column. */
  int columnCount(int column) {
    return columnCounts[column];
  }
}
