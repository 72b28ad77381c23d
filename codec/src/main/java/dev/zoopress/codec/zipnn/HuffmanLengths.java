package dev.zoopress.codec.zipnn;

/**
 * Code lengths of Huff0: Huffman's algorithm on counts, then a limit on the longest code. Ties and
 * repairs follow the reference encoder, so that its output is met bit for bit. Holds no state
 * between calls.
 */
final class HuffmanLengths {
  private static final int ABSENT = -1;

  /** Symbols in use, by falling count, ties by rising symbol. */
  private final int[] symbols;

  private final int[] sortedCounts;
  private final int[] sortedLengths;
  private final int used;

  private HuffmanLengths(int[] counts) {
    int present = 0;
    for (int count : counts) {
      present += count > 0 ? 1 : 0;
    }
    used = present;
    long[] keys = new long[used];
    int k = 0;
    for (int s = 0; s < counts.length; s++) {
      if (counts[s] > 0) {
        keys[k++] = (long) (Integer.MAX_VALUE - counts[s]) << 8 | s;
      }
    }
    java.util.Arrays.sort(keys);
    symbols = new int[used];
    sortedCounts = new int[used];
    for (int i = 0; i < used; i++) {
      symbols[i] = (int) (keys[i] & 255);
      sortedCounts[i] = counts[symbols[i]];
    }
    sortedLengths = new int[used];
  }

  /**
   * The length of every symbol's code, 0 for absent symbols; at least two symbols must be present.
   */
  static int[] of(int[] counts, int maxLength) {
    HuffmanLengths lengths = new HuffmanLengths(counts);
    lengths.build();
    lengths.limit(maxLength);
    int[] result = new int[256];
    for (int i = 0; i < lengths.used; i++) {
      result[lengths.symbols[i]] = lengths.sortedLengths[i];
    }
    return result;
  }

  /**
   * Two queues, leaves from the rarest up and inner nodes in order of making; a leaf only if
   * strictly smaller.
   */
  private void build() {
    int inner = used - 1;
    int[] innerCounts = new int[inner];
    int[] leafParent = new int[used];
    int[] innerParent = new int[inner];
    int leaf = used - 1;
    int node = 0;
    for (int made = 0; made < inner; made++) {
      for (int child = 0; child < 2; child++) {
        boolean takeLeaf = leaf >= 0 && (node >= made || sortedCounts[leaf] < innerCounts[node]);
        if (takeLeaf) {
          innerCounts[made] += sortedCounts[leaf];
          leafParent[leaf--] = made;
        } else {
          innerCounts[made] += innerCounts[node];
          innerParent[node++] = made;
        }
      }
    }
    int[] depth = new int[inner];
    for (int i = inner - 2; i >= 0; i--) {
      depth[i] = depth[innerParent[i]] + 1;
    }
    for (int i = 0; i < used; i++) {
      sortedLengths[i] = depth[leafParent[i]] + 1;
    }
  }

  /**
   * Cuts long codes to {@code max} bits and pays for it by lengthening the cheapest shorter ones.
   */
  private void limit(int max) {
    int longest = sortedLengths[used - 1];
    if (longest <= max) {
      return;
    }
    int unit = longest - max;
    long cost = 0;
    int n = used - 1;
    for (; sortedLengths[n] > max; n--) {
      cost += (1L << unit) - (1L << (longest - sortedLengths[n]));
      sortedLengths[n] = max;
    }
    while (sortedLengths[n] == max) {
      n--;
    }
    cost >>= unit;

    // last[k]: the last sorted index whose code has max - k bits.
    int[] last = new int[max + 3];
    java.util.Arrays.fill(last, ABSENT);
    int current = max;
    for (int i = n; i >= 0; i--) {
      if (sortedLengths[i] < current) {
        current = sortedLengths[i];
        last[max - current] = i;
      }
    }
    while (cost > 0) {
      cost -= lengthenOne(last, max, cost);
    }
    while (cost < 0) {
      if (last[1] == ABSENT) {
        while (sortedLengths[n] == max) {
          n--;
        }
        sortedLengths[n + 1]--;
        last[1] = n + 1;
      } else {
        sortedLengths[last[1] + 1]--;
        last[1]++;
      }
      cost++;
    }
  }

  /** Makes one code longer by a bit; returns how much of the cost that pays. */
  private long lengthenOne(int[] last, int max, long cost) {
    int k = 63 - Long.numberOfLeadingZeros(cost) + 1;
    for (; k > 1; k--) {
      int high = k < last.length ? last[k] : ABSENT;
      if (high == ABSENT) {
        continue;
      }
      int low = last[k - 1];
      if (low == ABSENT || sortedCounts[high] <= 2L * sortedCounts[low]) {
        break;
      }
    }
    while (last[k] == ABSENT) {
      k++;
    }
    if (last[k - 1] == ABSENT) {
      last[k - 1] = last[k];
    }
    int index = last[k];
    sortedLengths[index]++;
    last[k] = index == 0 || sortedLengths[index - 1] != max - k ? ABSENT : index - 1;
    return 1L << (k - 1);
  }
}
