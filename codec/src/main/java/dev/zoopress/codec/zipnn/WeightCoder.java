package dev.zoopress.codec.zipnn;

/**
 * Codes the weights of a Huffman tree with two interleaved FSE states, as Huff0 does (RFC 8878,
 * section 4.2.1.1). The table's normalisation follows the reference encoder of the FSE library, in
 * which a rare symbol counts as -1.
 */
final class WeightCoder {
  /** Rounding thresholds for small probabilities, in 2^-20 of a step. */
  private static final int[] ROUND_UP = {0, 473195, 504333, 520860, 550000, 700000, 750000, 830000};

  private static final int MAX_TABLE_LOG = 6;
  private static final int MAX_SYMBOL = 12;

  private WeightCoder() {}

  /**
   * Codes {@code weights[0, n)} into {@code target} from {@code offset} on and returns the length,
   * or 0 where the reference would not use FSE either (too few weights, all equal, all distinct).
   */
  static int encode(int[] weights, int n, byte[] target, int offset) {
    if (n <= 1) {
      return 0;
    }
    int[] counts = new int[MAX_SYMBOL + 1];
    for (int i = 0; i < n; i++) {
      counts[weights[i]]++;
    }
    int top = 0;
    int most = 0;
    for (int w = 0; w <= MAX_SYMBOL; w++) {
      if (counts[w] > 0) {
        top = w;
      }
      most = Math.max(most, counts[w]);
    }
    if (most == n || most == 1) {
      return 0;
    }
    int tableLog = Huff0Encoder.tableLog(MAX_TABLE_LOG, n, top, 2);
    int[] normal = normalise(counts, top, n, tableLog);
    int at = writeTable(normal, top, tableLog, target, offset);
    return writeStates(weights, n, normal, top, tableLog, target, at) - offset;
  }

  private static int[] normalise(int[] counts, int top, int total, int tableLog) {
    int[] normal = new int[top + 1];
    int scale = 62 - tableLog;
    long step = (1L << 62) / total;
    long vStep = 1L << (scale - 20);
    int left = 1 << tableLog;
    int largest = 0;
    int largestShare = 0;
    int low = total >>> tableLog;
    for (int s = 0; s <= top; s++) {
      if (counts[s] == 0) {
        continue;
      }
      if (counts[s] <= low) {
        normal[s] = -1;
        left--;
        continue;
      }
      int share = (int) (counts[s] * step >>> scale);
      if (share < 8) {
        long rest = vStep * ROUND_UP[share];
        share += counts[s] * step - ((long) share << scale) > rest ? 1 : 0;
      }
      if (share > largestShare) {
        largestShare = share;
        largest = s;
      }
      normal[s] = share;
      left -= share;
    }
    if (-left >= normal[largest] >> 1) {
      return spread(counts, top, total, tableLog);
    }
    normal[largest] += left;
    return normal;
  }

  /**
   * The secondary method, for distributions whose rounding error would swallow the largest share.
   */
  private static int[] spread(int[] counts, int top, int total, int tableLog) {
    final int open = -2;
    int[] normal = new int[top + 1];
    int size = 1 << tableLog;
    int low = total >>> tableLog;
    int one = (int) ((long) total * 3 >>> (tableLog + 1));
    int given = 0;
    int rest = total;
    for (int s = 0; s <= top; s++) {
      if (counts[s] == 0) {
        normal[s] = 0;
      } else if (counts[s] <= low) {
        normal[s] = -1;
        given++;
        rest -= counts[s];
      } else if (counts[s] <= one) {
        normal[s] = 1;
        given++;
        rest -= counts[s];
      } else {
        normal[s] = open;
      }
    }
    int left = size - given;
    if (left == 0) {
      return normal;
    }
    if (rest / left > one) {
      one = (int) ((long) rest * 3 / (left * 2L));
      for (int s = 0; s <= top; s++) {
        if (normal[s] == open && counts[s] <= one) {
          normal[s] = 1;
          given++;
          rest -= counts[s];
        }
      }
      left = size - given;
    }
    if (given == top + 1) {
      int best = 0;
      for (int s = 1; s <= top; s++) {
        best = counts[s] > counts[best] ? s : best;
      }
      normal[best] += left;
      return normal;
    }
    if (rest == 0) {
      for (int s = 0; left > 0; s = (s + 1) % (top + 1)) {
        if (normal[s] > 0) {
          normal[s]++;
          left--;
        }
      }
      return normal;
    }
    int stepLog = 62 - tableLog;
    long middle = (1L << (stepLog - 1)) - 1;
    long step = ((1L << stepLog) * left + middle) / rest;
    long at = middle;
    for (int s = 0; s <= top; s++) {
      if (normal[s] == open) {
        long end = at + counts[s] * step;
        normal[s] = (int) ((end >>> stepLog) - (at >>> stepLog));
        at = end;
      }
    }
    return normal;
  }

  /**
   * RFC 8878, section 4.1.1: the distribution, with short codes for what can no longer be large.
   */
  private static int writeTable(int[] normal, int top, int tableLog, byte[] target, int offset) {
    int at = offset;
    int bits = tableLog - 5;
    int count = 4;
    int remaining = (1 << tableLog) + 1;
    int threshold = 1 << tableLog;
    int width = tableLog + 1;
    int symbol = 0;
    boolean previousZero = false;
    while (symbol <= top && remaining > 1) {
      if (previousZero) {
        int start = symbol;
        while (symbol <= top && normal[symbol] == 0) {
          symbol++;
        }
        for (; symbol >= start + 3; start += 3) {
          bits |= 3 << count;
          count += 2;
          while (count >= 8) {
            target[at++] = (byte) bits;
            bits >>>= 8;
            count -= 8;
          }
        }
        bits |= symbol - start << count;
        count += 2;
      }
      int value = normal[symbol++];
      int limit = 2 * threshold - 1 - remaining;
      remaining -= Math.abs(value);
      value++;
      if (value >= threshold) {
        value += limit;
      }
      bits |= value << count;
      count += width - (value < limit ? 1 : 0);
      previousZero = value == 1;
      while (remaining < threshold) {
        width--;
        threshold >>= 1;
      }
      while (count >= 8) {
        target[at++] = (byte) bits;
        bits >>>= 8;
        count -= 8;
      }
    }
    if (count > 0) {
      target[at++] = (byte) bits;
    }
    return at;
  }

  private static int writeStates(
      int[] weights, int n, int[] normal, int top, int tableLog, byte[] target, int offset) {
    FseTable table = new FseTable(normal, top, tableLog);
    BackwardBits out = new BackwardBits(target, offset);
    int i = n;
    int even;
    int odd;
    // States are opened by the last two weights; the one that is read first is closed last.
    if ((n & 1) != 0) {
      even = table.open(weights[--i]);
      odd = table.open(weights[--i]);
      even = table.step(even, weights[--i], out);
    } else {
      odd = table.open(weights[--i]);
      even = table.open(weights[--i]);
    }
    while (i > 0) {
      odd = table.step(odd, weights[--i], out);
      even = table.step(even, weights[--i], out);
    }
    out.put(odd, tableLog);
    out.put(even, tableLog);
    return out.close();
  }
}
