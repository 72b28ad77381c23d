package dev.zoopress.codec.context;

/**
 * Classes of columns by how far their signs lean one way: class * 2 + flip. Columns with more
 * negative than positive values are flipped, so that a class knows only how far.
 */
final class SignClasses {
  /** Classes 0 (does not lean) to 3. */
  static final int MOST = 4;

  private static final double FIRST = 0.54;
  private static final double SECOND = 0.62;
  private static final double THIRD = 0.75;

  private SignClasses() {}

  static byte[] of(GridStatistics statistics, Grid grid) {
    byte[] signs = new byte[grid.columns()];
    for (int j = 0; j < signs.length; j++) {
      double negative = statistics.negativeShare(j);
      double lean = Math.max(negative, 1 - negative);
      double noise = 0.5 + 1.5 / Math.sqrt(Math.max(1, statistics.columnCount(j)));
      int sign = lean < Math.max(FIRST, noise) ? 0 : lean < SECOND ? 1 : lean < THIRD ? 2 : 3;
      signs[j] = (byte) (sign == 0 ? 0 : 2 * sign + (negative > 0.5 ? 1 : 0));
    }
    return signs;
  }

  /** The same with only {@code classes} classes. */
  static byte[] limit(byte[] signs, int classes) {
    byte[] limited = signs.clone();
    for (int j = 0; j < limited.length; j++) {
      int sign = Math.min(signs[j] >> 1, classes - 1);
      limited[j] = (byte) (sign == 0 ? 0 : 2 * sign + (signs[j] & 1));
    }
    return limited;
  }
}
