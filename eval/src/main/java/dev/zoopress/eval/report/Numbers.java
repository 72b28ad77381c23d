package dev.zoopress.eval.report;

import java.util.Locale;

/** Numbers and verdicts as people read them. */
public final class Numbers {
  private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB", "PB"};

  private Numbers() {}

  /** Decimal units with three digits. */
  public static String bytes(long bytes) {
    double value = bytes;
    int unit = 0;
    while (Math.abs(value) >= 999.5 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    String pattern = unit == 0 || Math.abs(value) >= 99.95 ? "%.0f %s" : "%.1f %s";
    return String.format(Locale.ROOT, pattern, value, UNITS[unit]);
  }

  /** One decimal. */
  public static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  /** Digits in groups of three. */
  public static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** With the thing, in the plural where it is one. */
  public static String count(long number, String thing) {
    return count(number) + " " + thing + (number == 1 ? "" : "s");
  }

  public static String score(double value) {
    return Double.isNaN(value) ? "not defined" : String.format(Locale.ROOT, "%.6f", value);
  }
}
