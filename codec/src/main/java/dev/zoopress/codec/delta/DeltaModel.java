package dev.zoopress.codec.delta;

import dev.zoopress.codec.context.Grid;

/**
 * In which context an element's difference is coded: how large it may be expected to be, in quarter
 * octaves of the unit in the last place, from what its row and column changed by and from the
 * base's exponent. Not thread-safe.
 *
 * @param domain of the values
 * @param step what one octave of the base's exponent counts: 4 with rows and columns, 1 without, 0
 *     for bytes
 * @param grid null where step is not 4
 * @param rows terms per row; where step is 1, one term for all
 * @param columns terms per column; null where step is not 4
 */
@SuppressWarnings("ArrayRecordComponent")
record DeltaModel(Domain domain, int step, Grid grid, int[] rows, int[] columns) {
  /** Most contexts. */
  static final int CONTEXTS = 64;

  /** Number of tables. */
  int contexts() {
    return step == 0 ? 16 : CONTEXTS;
  }

  /** Contexts of elements {@code first} to {@code first + count} above the given base. */
  void fill(int[] base, int first, int count, byte[] contexts) {
    if (step == 0) {
      int shift = domain == Domain.INTEGER ? 4 : 3;
      for (int i = 0; i < count; i++) {
        int value = base[i];
        int key = domain == Domain.INTEGER ? value : value ^ value >> 31;
        contexts[i] = (byte) (key >> shift & 15);
      }
    } else if (step == 1) {
      for (int i = 0; i < count; i++) {
        contexts[i] = clamp(rows[0] - domain.exponent(base[i]));
      }
    } else {
      fillGrid(base, first, count, contexts);
    }
    for (int i = count; (i & 7) != 0; i++) {
      contexts[i] = 0;
    }
  }

  private void fillGrid(int[] base, int first, int count, byte[] contexts) {
    long at = (long) grid.firstColumn() + first;
    int row = (int) (at / grid.columns());
    int column = (int) (at % grid.columns());
    int mantissaBits = domain.mantissaBits();
    int[] columns = this.columns;
    for (int i = 0; i < count; row++) {
      int run = Math.min(grid.columns() - column, count - i);
      int term = rows[row];
      for (int j = 0; j < run; j++) {
        int value = base[i + j];
        int exponent = Math.max(1, (value ^ value >> 31) >>> mantissaBits);
        contexts[i + j] = clamp(term + columns[column + j] - 4 * exponent);
      }
      i += run;
      column = 0;
    }
  }

  private static byte clamp(int context) {
    return (byte) Math.max(0, Math.min(CONTEXTS - 1, context));
  }
}
