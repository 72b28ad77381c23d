package dev.zoopress.codec.context;

import dev.zoopress.codec.entropy.SymbolTables;
import java.util.Arrays;

/** Order-0 information of counts. */
public final class Entropy {
  /** A sample looks less random than its source is, by about half a nat per symbol in use. */
  static final double HIDDEN_BITS = 0.72;

  private static final float[] N_LOG_N = new float[4096];

  static {
    for (int i = 1; i < N_LOG_N.length; i++) {
      N_LOG_N[i] = (float) (i * Math.log(i) / Math.log(2));
    }
  }

  private Entropy() {}

  private static double nLogN(long n) {
    return n < N_LOG_N.length ? N_LOG_N[(int) n] : n * (Math.log(n) * 1.4426950408889634);
  }

  /** Bits that the symbols counted in {@code counts[from, from + length)} hold together. */
  public static double bits(int[] counts, int from, int length) {
    long total = 0;
    double sum = 0;
    for (int i = from; i < from + length; i++) {
      int count = counts[i];
      if (count > 0) {
        total += count;
        sum += nLogN(count);
      }
    }
    return nLogN(total) - sum;
  }

  /** How many symbols were counted at all. */
  public static int used(int[] counts, int from, int length) {
    int used = 0;
    for (int i = from; i < from + length; i++) {
      used += counts[i] > 0 ? 1 : 0;
    }
    return used;
  }

  /** Bits that the values, all within 256 of each other, hold together. */
  public static double bitsOf(int[] values) {
    int least = Integer.MAX_VALUE;
    for (int value : values) {
      least = Math.min(least, value);
    }
    int[] counts = new int[256];
    for (int value : values) {
      counts[value - least]++;
    }
    return bits(counts, 0, 256) + 5.0 * used(counts, 0, 256);
  }

  /** Bits that the bytes hold together. */
  public static double bits(byte[] values) {
    int[] counts = new int[256];
    for (byte value : values) {
      counts[value & 0xff]++;
    }
    return bits(counts, 0, 256) + 3.0 * used(counts, 0, 256);
  }

  /** Whether all are the same. */
  public static boolean isConstant(byte[] values) {
    return Arrays.equals(values, 0, values.length - 1, values, 1, values.length);
  }

  /** The most frequent symbol of a table's counts. */
  public static int most(int[] counts, int context) {
    int most = 0;
    for (int s = 1; s < SymbolTables.SYMBOLS; s++) {
      if (counts[context * SymbolTables.SYMBOLS + s]
          > counts[context * SymbolTables.SYMBOLS + most]) {
        most = s;
      }
    }
    return most;
  }
}
