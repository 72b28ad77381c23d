package dev.zoopress.codec.context;

/**
 * Where a frame's elements lie in their tensor's rows: element i is in column {@code (firstColumn +
 * i) % columns} and row {@code (firstColumn + i) / columns}, so the first and the last row may be
 * partial.
 */
public record Grid(int columns, int firstColumn, int elements) {
  /** Rows that the frame touches. */
  public int rows() {
    return (int) (((long) firstColumn + elements + columns - 1) / columns);
  }
}
