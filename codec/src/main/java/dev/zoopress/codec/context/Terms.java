package dev.zoopress.codec.context;

/**
 * Row and column terms of the two-way scale: quarter octaves.
 *
 * @param rows mean of each row
 * @param columns mean of each column less the mean of everything
 */
@SuppressWarnings("ArrayRecordComponent")
record Terms(int[] rows, int[] columns) {
  private static final int RANGE = 255;

  /** Terms from statistics in which an octave counts {@code octave}. */
  static Terms of(GridStatistics statistics, Grid grid, double octave) {
    double mean = statistics.mean();
    double step = octave / ContextModel.PHASES;
    int[] rows = new int[grid.rows()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (int) Math.round(statistics.row(i, mean) / step);
    }
    int[] columns = new int[grid.columns()];
    for (int j = 0; j < columns.length; j++) {
      columns[j] = (int) Math.round((statistics.column(j, mean) - mean) / step);
    }
    clamp(rows);
    clamp(columns);
    return new Terms(rows, columns);
  }

  /** What is written is the distance from the least term: one byte. */
  private static void clamp(int[] terms) {
    int least = Integer.MAX_VALUE;
    for (int term : terms) {
      least = Math.min(least, term);
    }
    for (int i = 0; i < terms.length; i++) {
      terms[i] = Math.min(terms[i], least + RANGE);
    }
  }

  /** About what they cost to write. */
  double bits() {
    return Entropy.bitsOf(rows) + Entropy.bitsOf(columns);
  }
}
