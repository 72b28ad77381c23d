package dev.zoopress.codec.context;

import static dev.zoopress.codec.entropy.LittleEndian.getLong;

import java.util.Arrays;

/**
 * Decides where a plane is cut in halves, these again, and so on: where its parts are so different
 * that tables of their own pay. Node 1 is the plane, 2n and 2n + 1 are the halves of n. Not
 * thread-safe.
 */
final class PlaneTree {
  /** Most cuts above a part. */
  static final int DEPTH = 5;

  private static final int LEAST_PART = 1 << 12;

  /** Stream header and mode, and a table's cost per symbol that occurs. */
  private static final double PART_BITS = 30 * 8;

  private static final double SYMBOL_BITS = 5;

  private final boolean[] split = new boolean[2 << DEPTH];
  private final int[][] counts = new int[2 << DEPTH][256];

  /** Looks at a plane. */
  void build(byte[] plane, int count) {
    Arrays.fill(split, false);
    cost(plane, 0, count, 1, 0);
  }

  boolean isSplit(int node) {
    return split[node];
  }

  private double cost(byte[] plane, int from, int count, int node, int depth) {
    int[] own = counts[node];
    if (depth == DEPTH || count < 2 * LEAST_PART) {
      Arrays.fill(own, 0);
      count(plane, from, count, own);
      return whole(own, count);
    }
    int half = PlaneCoder.firstHalf(count);
    double halves =
        cost(plane, from, half, 2 * node, depth + 1)
            + cost(plane, from + half, count - half, 2 * node + 1, depth + 1);
    for (int s = 0; s < 256; s++) {
      own[s] = counts[2 * node][s] + counts[2 * node + 1][s];
    }
    double whole = whole(own, count);
    split[node] = halves < whole;
    return Math.min(halves, whole);
  }

  private static double whole(int[] own, int count) {
    int used = Entropy.used(own, 0, 256);
    if (used == 1) {
      return 16;
    }
    double coded = Entropy.bits(own, 0, 256) * 1.002 + PART_BITS + SYMBOL_BITS * used;
    return Math.min(coded, 8.0 * count + 8);
  }

  /** Adds the bytes of a stretch to {@code counts}. */
  void count(byte[] plane, int from, int count, int[] counts) {
    int i = from;
    int end = from + count;
    for (; i + 8 <= end; i += 8) {
      long value = getLong(plane, i);
      counts[(int) value & 0xff]++;
      counts[(int) (value >>> 8) & 0xff]++;
      counts[(int) (value >>> 16) & 0xff]++;
      counts[(int) (value >>> 24) & 0xff]++;
      counts[(int) (value >>> 32) & 0xff]++;
      counts[(int) (value >>> 40) & 0xff]++;
      counts[(int) (value >>> 48) & 0xff]++;
      counts[(int) (value >>> 56)]++;
    }
    for (; i < end; i++) {
      counts[plane[i] & 0xff]++;
    }
  }
}
