package dev.zoopress.codec.entropy;

import java.util.Arrays;

/**
 * Table ANS encoder: 8 interleaved states that write into two bit streams, last symbol first.
 * Symbol i of a block belongs to state {@code i % 8}; states 0 to 3 write stream A, 4 to 7 stream
 * B. Not thread-safe; reusable.
 *
 * <p>A finished stream is: the 8 states less the table size (u16 each), one byte with the number of
 * bits in the last byte of A (low 4 bits) and of B, the lengths of A and B in bytes (u24 each), A,
 * B. All little-endian.
 */
public final class AnsEncoder {
  /** Bytes of a finished stream before A. */
  static final int HEADER_BYTES = 23;

  private static final int SLACK_BYTES = 16;

  private static final long BYTES = 0x00ff00ff00ff00ffL;

  private AnsTables tables;
  private final int[] states = new int[8];
  private byte[] streamA = {};
  private byte[] streamB = {};
  private byte[] escapes = {};
  private int escapesFrom;
  private long a;
  private long b;
  private int aBits;
  private int bBits;
  private int aAt;
  private int bAt;

  /** Most bytes that {@link #finish} writes after {@code count} symbols. */
  public static int maxLength(int count) {
    return HEADER_BYTES + 2 + 2 * (count / 4 * AnsTables.MAX_LOG / 4 + SLACK_BYTES);
  }

  /** Starts a stream of at most {@code symbolCount} symbols. */
  public void begin(AnsTables tables, int symbolCount) {
    this.tables = tables;
    int room = symbolCount / 2 * AnsTables.MAX_LOG / 8 + SLACK_BYTES;
    if (streamA.length < room) {
      streamA = new byte[room];
      streamB = new byte[room];
    }
    if (escapes.length < symbolCount) {
      escapes = new byte[symbolCount];
    }
    escapesFrom = escapes.length;
    Arrays.fill(states, tables.size);
    a = 0;
    b = 0;
    aBits = 0;
    bBits = 0;
    aAt = 0;
    bAt = 0;
  }

  /**
   * Adds the symbols {@code symbols[0, count)}; they precede all that were added before. {@code
   * count} is a multiple of 8.
   */
  public void prepend(byte[] symbols, int count) {
    encodePlain(symbols, count);
  }

  /** As {@link #prepend(byte[], int)}, symbol i by the table {@code contexts[i]}. */
  public void prepend(byte[] symbols, byte[] contexts, int count) {
    encodeInContexts(symbols, contexts, count);
  }

  private void encodePlain(byte[] symbols, int count) {
    long[] entries = tables.entries;
    char[] next = tables.next;
    byte[] streamA = this.streamA;
    byte[] streamB = this.streamB;
    long a = this.a;
    long b = this.b;
    int aBits = this.aBits;
    int bBits = this.bBits;
    int aAt = this.aAt;
    int bAt = this.bAt;
    int x0 = states[0];
    int x1 = states[1];
    int x2 = states[2];
    int x3 = states[3];
    int x4 = states[4];
    int x5 = states[5];
    int x6 = states[6];
    int x7 = states[7];
    for (int i = count - 8; i >= 0; i -= 8) {
      long symbolBytes = LittleEndian.getLong(symbols, i);
      long flags = 0;
      long entry;
      int bits;
      entry = entries[(int) (symbolBytes >>> 56) & 0xff];
      flags |= entry;
      bits = (x7 + (int) entry) >>> 16;
      bBits += bits;
      b = b >>> bits | (long) x7 << 1 << ~bits;
      x7 = next[(x7 >>> bits) + (int) (entry >> 40)];
      entry = entries[(int) (symbolBytes >>> 48) & 0xff];
      flags |= entry;
      bits = (x6 + (int) entry) >>> 16;
      bBits += bits;
      b = b >>> bits | (long) x6 << 1 << ~bits;
      x6 = next[(x6 >>> bits) + (int) (entry >> 40)];
      entry = entries[(int) (symbolBytes >>> 40) & 0xff];
      flags |= entry;
      bits = (x5 + (int) entry) >>> 16;
      bBits += bits;
      b = b >>> bits | (long) x5 << 1 << ~bits;
      x5 = next[(x5 >>> bits) + (int) (entry >> 40)];
      entry = entries[(int) (symbolBytes >>> 32) & 0xff];
      flags |= entry;
      bits = (x4 + (int) entry) >>> 16;
      bBits += bits;
      b = b >>> bits | (long) x4 << 1 << ~bits;
      x4 = next[(x4 >>> bits) + (int) (entry >> 40)];
      LittleEndian.putLong(streamB, bAt, b >>> 1 >>> ~bBits);
      bAt += bBits >>> 3;
      bBits &= 7;
      entry = entries[(int) (symbolBytes >>> 24) & 0xff];
      flags |= entry;
      bits = (x3 + (int) entry) >>> 16;
      aBits += bits;
      a = a >>> bits | (long) x3 << 1 << ~bits;
      x3 = next[(x3 >>> bits) + (int) (entry >> 40)];
      entry = entries[(int) (symbolBytes >>> 16) & 0xff];
      flags |= entry;
      bits = (x2 + (int) entry) >>> 16;
      aBits += bits;
      a = a >>> bits | (long) x2 << 1 << ~bits;
      x2 = next[(x2 >>> bits) + (int) (entry >> 40)];
      entry = entries[(int) (symbolBytes >>> 8) & 0xff];
      flags |= entry;
      bits = (x1 + (int) entry) >>> 16;
      aBits += bits;
      a = a >>> bits | (long) x1 << 1 << ~bits;
      x1 = next[(x1 >>> bits) + (int) (entry >> 40)];
      entry = entries[(int) symbolBytes & 0xff];
      flags |= entry;
      bits = (x0 + (int) entry) >>> 16;
      aBits += bits;
      a = a >>> bits | (long) x0 << 1 << ~bits;
      x0 = next[(x0 >>> bits) + (int) (entry >> 40)];
      LittleEndian.putLong(streamA, aAt, a >>> 1 >>> ~aBits);
      aAt += aBits >>> 3;
      aBits &= 7;
      if ((flags & AnsTables.ESCAPED) != 0) {
        collectEscapes(symbols, null, i);
      }
    }
    states[0] = x0;
    states[1] = x1;
    states[2] = x2;
    states[3] = x3;
    states[4] = x4;
    states[5] = x5;
    states[6] = x6;
    states[7] = x7;
    this.a = a;
    this.b = b;
    this.aBits = aBits;
    this.bBits = bBits;
    this.aAt = aAt;
    this.bAt = bAt;
  }

  private void encodeInContexts(byte[] symbols, byte[] contexts, int count) {
    long[] entries = tables.entries;
    char[] next = tables.next;
    byte[] streamA = this.streamA;
    byte[] streamB = this.streamB;
    long a = this.a;
    long b = this.b;
    int aBits = this.aBits;
    int bBits = this.bBits;
    int aAt = this.aAt;
    int bAt = this.bAt;
    int x0 = states[0];
    int x1 = states[1];
    int x2 = states[2];
    int x3 = states[3];
    int x4 = states[4];
    int x5 = states[5];
    int x6 = states[6];
    int x7 = states[7];
    for (int i = count - 8; i >= 0; i -= 8) {
      long symbolBytes = LittleEndian.getLong(symbols, i);
      long contextBytes = LittleEndian.getLong(contexts, i);
      // Lanes of 16 bits: context, symbol.
      long even = symbolBytes & BYTES | (contextBytes & BYTES) << 8;
      long odd = symbolBytes >>> 8 & BYTES | contextBytes & ~BYTES;
      long flags = 0;
      long entry;
      int bits;
      entry = entries[(int) (odd >>> 48)];
      flags |= entry;
      bits = (x7 + (int) entry) >>> 16;
      bBits += bits;
      b = b >>> bits | (long) x7 << 1 << ~bits;
      x7 = next[(x7 >>> bits) + (int) (entry >> 40)];
      entry = entries[(int) (even >>> 48)];
      flags |= entry;
      bits = (x6 + (int) entry) >>> 16;
      bBits += bits;
      b = b >>> bits | (long) x6 << 1 << ~bits;
      x6 = next[(x6 >>> bits) + (int) (entry >> 40)];
      entry = entries[(int) (odd >>> 32) & 0xffff];
      flags |= entry;
      bits = (x5 + (int) entry) >>> 16;
      bBits += bits;
      b = b >>> bits | (long) x5 << 1 << ~bits;
      x5 = next[(x5 >>> bits) + (int) (entry >> 40)];
      entry = entries[(int) (even >>> 32) & 0xffff];
      flags |= entry;
      bits = (x4 + (int) entry) >>> 16;
      bBits += bits;
      b = b >>> bits | (long) x4 << 1 << ~bits;
      x4 = next[(x4 >>> bits) + (int) (entry >> 40)];
      LittleEndian.putLong(streamB, bAt, b >>> 1 >>> ~bBits);
      bAt += bBits >>> 3;
      bBits &= 7;
      entry = entries[(int) (odd >>> 16) & 0xffff];
      flags |= entry;
      bits = (x3 + (int) entry) >>> 16;
      aBits += bits;
      a = a >>> bits | (long) x3 << 1 << ~bits;
      x3 = next[(x3 >>> bits) + (int) (entry >> 40)];
      entry = entries[(int) (even >>> 16) & 0xffff];
      flags |= entry;
      bits = (x2 + (int) entry) >>> 16;
      aBits += bits;
      a = a >>> bits | (long) x2 << 1 << ~bits;
      x2 = next[(x2 >>> bits) + (int) (entry >> 40)];
      entry = entries[(int) odd & 0xffff];
      flags |= entry;
      bits = (x1 + (int) entry) >>> 16;
      aBits += bits;
      a = a >>> bits | (long) x1 << 1 << ~bits;
      x1 = next[(x1 >>> bits) + (int) (entry >> 40)];
      entry = entries[(int) even & 0xffff];
      flags |= entry;
      bits = (x0 + (int) entry) >>> 16;
      aBits += bits;
      a = a >>> bits | (long) x0 << 1 << ~bits;
      x0 = next[(x0 >>> bits) + (int) (entry >> 40)];
      LittleEndian.putLong(streamA, aAt, a >>> 1 >>> ~aBits);
      aAt += aBits >>> 3;
      aBits &= 7;
      if ((flags & AnsTables.ESCAPED) != 0) {
        collectEscapes(symbols, contexts, i);
      }
    }
    states[0] = x0;
    states[1] = x1;
    states[2] = x2;
    states[3] = x3;
    states[4] = x4;
    states[5] = x5;
    states[6] = x6;
    states[7] = x7;
    this.a = a;
    this.b = b;
    this.aBits = aBits;
    this.bBits = bBits;
    this.aAt = aAt;
    this.bAt = bAt;
  }

  private void collectEscapes(byte[] symbols, byte[] contexts, int from) {
    for (int i = from + 7; i >= from; i--) {
      int context = contexts == null ? 0 : contexts[i] & 0xff;
      int index = context * SymbolTables.SYMBOLS + (symbols[i] & 0xff);
      if ((tables.entries[index] & AnsTables.ESCAPED) != 0) {
        escapes[--escapesFrom] = symbols[i];
      }
    }
  }

  /** How many symbols were escaped. */
  public int escapeCount() {
    return escapes.length - escapesFrom;
  }

  /** Copies the escaped symbols, in order of the data, to {@code target} from 0 on. */
  public void copyEscapes(byte[] target) {
    System.arraycopy(escapes, escapesFrom, target, 0, escapeCount());
  }

  /** Bytes that {@link #finish} is going to write, at most two fewer. */
  public int length() {
    return HEADER_BYTES + aAt + bAt + 2;
  }

  /** Writes the stream into {@code target} from {@code at} on and returns where it ends. */
  public int finish(byte[] target, int at) {
    for (int i = 0; i < 8; i++) {
      LittleEndian.putShort(target, at + 2 * i, states[i] - tables.size);
    }
    target[at + 16] = (byte) (aBits | bBits << 4);
    streamA[aAt] = (byte) (a >>> 1 >>> ~aBits);
    streamB[bAt] = (byte) (b >>> 1 >>> ~bBits);
    int aLength = aAt + (aBits > 0 ? 1 : 0);
    int bLength = bAt + (bBits > 0 ? 1 : 0);
    putLength(target, at + 17, aLength);
    putLength(target, at + 20, bLength);
    int position = at + HEADER_BYTES;
    System.arraycopy(streamA, 0, target, position, aLength);
    position += aLength;
    System.arraycopy(streamB, 0, target, position, bLength);
    return position + bLength;
  }

  private static void putLength(byte[] target, int at, int value) {
    LittleEndian.putShort(target, at, value);
    target[at + 2] = (byte) (value >>> 16);
  }
}
