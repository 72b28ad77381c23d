package dev.zoopress.codec.plane;

import dev.zoopress.codec.frame.FrameCursor;
import java.io.IOException;

/**
 * Takes a scale of its own from each row and column of 16-bit words: magnitude plus row offset plus
 * column offset, modulo 2^15. That is a bijection whatever the offsets are, so nothing can be lost;
 * with offsets that follow the rows' and columns' typical magnitudes, the high bytes of the words
 * differ less.
 */
final class ScaleGrid {
  private static final int CENTRE = 0x4000;
  private static final int MAX_SIDE = 1 << 17;

  private int columns;
  private int firstColumn;
  private int quantumLog2;
  private byte[] rowSteps = new byte[0];
  private byte[] columnSteps = new byte[0];
  private int rows;
  private int rowMin;
  private int columnMin;
  private byte[] pattern = new byte[0];

  /** Rows that {@code count} elements touch, at most 2^31. */
  private static long rows(long columns, long firstColumn, int count) {
    return (firstColumn + count + columns - 1) / columns;
  }

  /** Whether scales may pay for elements in such a grid. */
  static boolean suits(long columns, long firstColumn, int count) {
    if (columns < 8 || columns > MAX_SIDE) {
      return false;
    }
    long rows = rows(columns, firstColumn, count);
    return rows >= 8 && rows + columns <= Math.min(MAX_SIDE, count / 12);
  }

  /**
   * Learns the scales of {@code count} words.
   *
   * @param quantumLog2 log2 of the step between offsets, as a difference of magnitudes
   */
  void learn(byte[] words, int at, int count, int columns, int firstColumn, int quantumLog2) {
    this.columns = columns;
    this.firstColumn = firstColumn;
    this.quantumLog2 = quantumLog2;
    rows = (int) rows(columns, firstColumn, count);
    GridMeans means = new GridMeans(columns, rows);
    means.add(words, at, count, firstColumn);
    rowSteps = atLeast(rowSteps, rows);
    columnSteps = atLeast(columnSteps, columns);
    rowMin = steps(means.rowMeans(), rows, 0, rowSteps);
    columnMin = steps(means.columnMeans(), columns, means.mean(), columnSteps);
    prepare();
  }

  /** Quantises and returns the least step; the array gets the differences to it. */
  private int steps(double[] means, int count, double origin, byte[] steps) {
    double quantum = 1 << quantumLog2;
    int min = Integer.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      min = Math.min(min, (int) Math.rint((means[i] - origin) / quantum));
    }
    for (int i = 0; i < count; i++) {
      int step = (int) Math.rint((means[i] - origin) / quantum) - min;
      steps[i] = (byte) Math.min(255, step);
    }
    return min;
  }

  private void prepare() {
    pattern = atLeast(pattern, 2 * columns + 8);
    for (int j = 0; j < columns; j++) {
      int offset = CENTRE - (columnMin + (columnSteps[j] & 0xff) << quantumLog2);
      Lanes.SHORT.set(pattern, 2 * j, (short) (offset & 0x7fff));
    }
  }

  private int rowOffset(int row) {
    return -(rowMin + (rowSteps[row] & 0xff) << quantumLog2) & 0x7fff;
  }

  /** Scales {@code count} words, the first of which is element {@code first} of the frame. */
  void scale(byte[] from, int fromAt, int count, int first, byte[] to, int toAt) {
    long element = (long) firstColumn + first;
    int row = (int) (element / columns);
    int column = (int) (element % columns);
    for (int done = 0; done < count; row++, column = 0) {
      int run = Math.min(columns - column, count - done);
      add(from, fromAt + 2 * done, 2 * column, run, rowOffset(row), to, toAt + 2 * done);
      done += run;
    }
  }

  /** The inverse of {@link #scale}, in place. */
  void unscale(byte[] words, int at, int count, int first) {
    long element = (long) firstColumn + first;
    int row = (int) (element / columns);
    int column = (int) (element % columns);
    for (int done = 0; done < count; row++, column = 0) {
      int run = Math.min(columns - column, count - done);
      subtract(words, at + 2 * done, 2 * column, run, rowOffset(row));
      done += run;
    }
  }

  private void add(byte[] from, int at, int patternAt, int count, int row, byte[] to, int toAt) {
    long rowLanes = row * Lanes.ONES;
    int i = 0;
    for (; i <= count - 4; i += 4) {
      long word = (long) Lanes.LONG.get(from, at + 2 * i);
      long offset = (long) Lanes.LONG.get(pattern, patternAt + 2 * i) + rowLanes & Lanes.MAGNITUDES;
      long scaled = (word & Lanes.MAGNITUDES) + offset & Lanes.MAGNITUDES;
      Lanes.LONG.set(to, toAt + 2 * i, scaled | word & Lanes.SIGNS);
    }
    for (; i < count; i++) {
      int word = (short) Lanes.SHORT.get(from, at + 2 * i);
      int scaled = word + (short) Lanes.SHORT.get(pattern, patternAt + 2 * i) + row & 0x7fff;
      Lanes.SHORT.set(to, toAt + 2 * i, (short) (scaled | word & 0x8000));
    }
  }

  private void subtract(byte[] words, int at, int patternAt, int count, int row) {
    long rowLanes = row * Lanes.ONES;
    int i = 0;
    for (; i <= count - 4; i += 4) {
      long word = (long) Lanes.LONG.get(words, at + 2 * i);
      long offset = (long) Lanes.LONG.get(pattern, patternAt + 2 * i) + rowLanes & Lanes.MAGNITUDES;
      long plain = (word | Lanes.SIGNS) - offset & Lanes.MAGNITUDES;
      Lanes.LONG.set(words, at + 2 * i, plain | word & Lanes.SIGNS);
    }
    for (; i < count; i++) {
      int word = (short) Lanes.SHORT.get(words, at + 2 * i);
      int plain = word - (short) Lanes.SHORT.get(pattern, patternAt + 2 * i) - row & 0x7fff;
      Lanes.SHORT.set(words, at + 2 * i, (short) (plain | word & 0x8000));
    }
  }

  /** Writes the grid; {@link #read} gets it back. */
  int write(PlaneWriter writer, byte[] target, int at) {
    Lanes.INT.set(target, at, columns);
    Lanes.INT.set(target, at + 4, firstColumn);
    Lanes.SHORT.set(target, at + 8, (short) rowMin);
    Lanes.SHORT.set(target, at + 10, (short) columnMin);
    target[at + 12] = (byte) quantumLog2;
    int next = writer.writeTagged(rowSteps, 0, rows, target, at + 13);
    return writer.writeTagged(columnSteps, 0, columns, target, next);
  }

  /** Reads the grid of a frame of {@code count} words. */
  void read(PlaneReader reader, FrameCursor shared, int count) throws IOException {
    columns = shared.i32();
    firstColumn = shared.i32();
    rowMin = (short) shared.u16();
    columnMin = (short) shared.u16();
    quantumLog2 = shared.u8();
    if (columns < 1 || columns > MAX_SIDE || firstColumn < 0 || firstColumn >= columns) {
      throw shared.damaged("grid of " + columns + " columns from " + firstColumn);
    }
    long rowCount = rows(columns, firstColumn, count);
    if (rowCount > MAX_SIDE || quantumLog2 > 15) {
      throw shared.damaged("grid of " + rowCount + " rows, steps of 2^" + quantumLog2);
    }
    rows = (int) rowCount;
    rowSteps = atLeast(rowSteps, rows);
    columnSteps = atLeast(columnSteps, columns);
    reader.readTagged(shared, rowSteps, 0, rows);
    reader.readTagged(shared, columnSteps, 0, columns);
    prepare();
  }

  private static byte[] atLeast(byte[] buffer, int length) {
    return buffer.length >= length ? buffer : new byte[length];
  }
}
