package dev.zoopress.codec.entropy;

/**
 * Table ANS coding tables of several contexts, derived from {@link SymbolTables}. Reusable; not
 * thread-safe.
 *
 * <p>The slots of a table are dealt to the symbols in order of value, each next slot {@code size /
 * 2 + size / 8 + 3} further on, modulo the size. A state is a slot; symbol s with frequency f owns
 * the sub-states f to 2f - 1 in order of its slots.
 */
public final class AnsTables {
  static final int MIN_LOG = 8;

  /** log2 of the largest table, and of the distance between tables. */
  public static final int MAX_LOG = 12;

  static final int STRIDE = 1 << MAX_LOG;
  private static final int SYMBOLS = SymbolTables.SYMBOLS;

  /** Marks an encoder entry whose symbol goes through the escape. */
  static final long ESCAPED = 1L << 32;

  /** Encoder: (bits << 16) - (frequency << bits) | escape flag << 32 | place in next << 40. */
  long[] entries = {};

  /** Encoder: next states, table size included. */
  char[] next = {};

  /** Decoder: base of next state | symbol << 12 | bits << 28. */
  int[] slots = {};

  int size;
  int contexts;
  private final byte[] spread = new byte[STRIDE];
  private final int[] frequencies = new int[SYMBOLS];
  private final int[] seen = new int[SYMBOLS];

  private void spread(SymbolTables tables, int context) {
    tables.frequencies(context, frequencies);
    int mask = size - 1;
    int step = (size >>> 1) + (size >>> 3) + 3;
    int position = 0;
    for (int s = 0; s < SYMBOLS; s++) {
      for (int i = frequencies[s]; i > 0; i--) {
        spread[position] = (byte) s;
        position = position + step & mask;
      }
    }
  }

  /** Prepares for {@link AnsEncoder}. */
  public void forEncoding(SymbolTables tables) {
    contexts = tables.contexts();
    size = 1 << tables.tableLog();
    if (entries.length < contexts * SYMBOLS) {
      entries = new long[contexts * SYMBOLS];
      next = new char[contexts * STRIDE];
    }
    for (int c = 0; c < contexts; c++) {
      spread(tables, c);
      int first = c * STRIDE;
      int total = 0;
      for (int s = 0; s < SYMBOLS; s++) {
        int frequency = frequencies[s];
        seen[s] = first + total;
        if (frequency > 0) {
          int bits = tables.tableLog() - log2(Math.max(frequency - 1, 1));
          if (frequency == 1) {
            bits = tables.tableLog();
          }
          int delta = (bits << 16) - (frequency << bits);
          entries[c * SYMBOLS + s] =
              (delta & 0xffffffffL) | (long) (first + total - frequency) << 40;
          total += frequency;
        }
      }
      for (int slot = 0; slot < size; slot++) {
        next[seen[spread[slot] & 0xff]++] = (char) (size + slot);
      }
      if (tables.escape() < SYMBOLS) {
        long escape = entries[c * SYMBOLS + tables.escape()] | ESCAPED;
        for (int s = 0; s < SYMBOLS; s++) {
          if (tables.isEscaped(c, s)) {
            entries[c * SYMBOLS + s] = escape;
          }
        }
      }
    }
  }

  /** Prepares for {@link AnsDecoder}. */
  public void forDecoding(SymbolTables tables) {
    contexts = tables.contexts();
    size = 1 << tables.tableLog();
    if (slots.length < contexts * STRIDE) {
      slots = new int[contexts * STRIDE];
    }
    for (int c = 0; c < contexts; c++) {
      spread(tables, c);
      System.arraycopy(frequencies, 0, seen, 0, SYMBOLS);
      for (int slot = 0; slot < size; slot++) {
        int symbol = spread[slot] & 0xff;
        int state = seen[symbol]++;
        int bits = tables.tableLog() - log2(state);
        int base = (state << bits) - size;
        slots[c * STRIDE + slot] = base | symbol << MAX_LOG | bits << 28;
      }
    }
  }

  /** The symbol that costs least in context 0 and is no escape. */
  public int mostFrequent(SymbolTables tables) {
    tables.frequencies(0, frequencies);
    int most = -1;
    for (int s = 0; s < SYMBOLS; s++) {
      if (s != tables.escape() && (most < 0 || frequencies[s] > frequencies[most])) {
        most = s;
      }
    }
    return most;
  }

  private static int log2(int value) {
    return 31 - Integer.numberOfLeadingZeros(value);
  }
}
