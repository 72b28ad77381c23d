package dev.zoopress.codec.zipnn;

/**
 * An FSE encoding table (RFC 8878, section 4.1); states run from the table's size to twice that.
 */
final class FseTable {
  private final int[] nextState;
  private final int[] deltaBits;
  private final int[] deltaState;

  FseTable(int[] normal, int top, int tableLog) {

    int size = 1 << tableLog;
    int[] symbolAt = new int[size];
    int high = size - 1;
    int[] start = new int[top + 2];
    for (int s = 0; s <= top; s++) {
      start[s + 1] = start[s] + Math.abs(normal[s]);
      if (normal[s] == -1) {
        symbolAt[high--] = s;
      }
    }
    int step = (size >> 1) + (size >> 3) + 3;
    int position = 0;
    for (int s = 0; s <= top; s++) {
      for (int i = 0; i < normal[s]; i++) {
        symbolAt[position] = s;
        do {
          position = position + step & size - 1;
        } while (position > high);
      }
    }
    nextState = new int[size];
    int[] next = start.clone();
    for (int u = 0; u < size; u++) {
      nextState[next[symbolAt[u]]++] = size + u;
    }
    deltaBits = new int[top + 1];
    deltaState = new int[top + 1];
    int total = 0;
    for (int s = 0; s <= top; s++) {
      int share = Math.abs(normal[s]);
      if (share == 0) {
        continue;
      }
      int maxBits =
          share == 1 ? tableLog : tableLog - (31 - Integer.numberOfLeadingZeros(share - 1));
      deltaBits[s] = (maxBits << 16) - (share << maxBits);
      deltaState[s] = total - share;
      total += share;
    }
  }

  /** The state that a stream's last symbol leaves, written without bits. */
  int open(int symbol) {
    int bits = deltaBits[symbol] + (1 << 15) >>> 16;
    int value = (bits << 16) - deltaBits[symbol];
    return nextState[(value >> bits) + deltaState[symbol]];
  }

  int step(int state, int symbol, BackwardBits out) {
    int bits = state + deltaBits[symbol] >>> 16;
    out.put(state, bits);
    return nextState[(state >> bits) + deltaState[symbol]];
  }
}
