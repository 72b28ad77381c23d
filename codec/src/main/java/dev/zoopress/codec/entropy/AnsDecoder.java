package dev.zoopress.codec.entropy;

/**
 * Decodes what {@link AnsEncoder} wrote, first symbol first. Not thread-safe; reusable.
 *
 * <p>Safe on any input: states stay inside their tables by construction of the tables, read
 * positions are held inside the stream, and {@link #finish} says whether the stream ended exactly
 * where it should, all states where the encoder began.
 */
public final class AnsDecoder {
  private static final int BASE_MASK = AnsTables.STRIDE - 1;
  private static final int CONTEXT_MASK = 0xff << AnsTables.MAX_LOG;

  private AnsTables tables;
  private byte[] bytes;
  private final int[] states = new int[8];
  private int aStart;
  private int bStart;
  private int aLowest;
  private int bLowest;
  private long a;
  private long b;
  private int aAt;
  private int bAt;

  /**
   * Opens the stream at {@code bytes[from, to)} and returns where it ends.
   *
   * @throws StreamException with the reason, if the header does not fit; the caller knows the place
   */
  public int begin(AnsTables tables, byte[] bytes, int from, int to) throws StreamException {
    if (to - from < AnsEncoder.HEADER_BYTES) {
      throw new StreamException("a symbol stream of " + (to - from) + " bytes");
    }
    this.tables = tables;
    this.bytes = bytes;
    for (int i = 0; i < 8; i++) {
      states[i] = LittleEndian.getShort(bytes, from + 2 * i);
      if (states[i] >= tables.size) {
        throw new StreamException("state " + states[i] + " of " + tables.size);
      }
    }
    int rest = bytes[from + 16];
    int aLength = length(bytes, from + 17);
    int bLength = length(bytes, from + 20);
    if ((rest & 0x88) != 0 || aLength + bLength > to - from - AnsEncoder.HEADER_BYTES) {
      throw new StreamException("streams of " + aLength + " and " + bLength + " bytes do not fit");
    }
    aStart = from + AnsEncoder.HEADER_BYTES;
    bStart = aStart + aLength;
    // The header before A is longer than the 8 bytes that a read may reach below a stream's start.
    aLowest = aStart - 8;
    bLowest = bStart - 8;
    int aUnused = rest & 7;
    int bUnused = rest >>> 4 & 7;
    aAt = bStart - 8;
    bAt = bStart + bLength - 8;
    a = (LittleEndian.getLong(bytes, aAt) | 1) << (aUnused == 0 ? 0 : 8 - aUnused);
    b = (LittleEndian.getLong(bytes, bAt) | 1) << (bUnused == 0 ? 0 : 8 - bUnused);
    return bStart + bLength;
  }

  private static int length(byte[] bytes, int at) {
    return LittleEndian.getShort(bytes, at) | (bytes[at + 2] & 0xff) << 16;
  }

  /** Decodes the next {@code count} symbols, a multiple of 8, to {@code symbols} from 0 on. */
  public void next(byte[] symbols, int count) {
    decodePlain(symbols, count);
  }

  /**
   * As {@link #next(byte[], int)}, symbol i by the table {@code contexts[i]}, which must be one of
   * the tables.
   */
  public void next(byte[] symbols, byte[] contexts, int count) {
    decodeInContexts(symbols, contexts, count);
  }

  private void decodePlain(byte[] symbols, int count) {
    int[] slots = tables.slots;
    byte[] bytes = this.bytes;
    long a = this.a;
    long b = this.b;
    int aAt = this.aAt;
    int bAt = this.bAt;
    int aLowest = this.aLowest;
    int bLowest = this.bLowest;
    int[] x = states;
    for (int i = 0; i < count; i += 8) {
      int slot;
      int bits;
      int used;
      slot = slots[x[0]];
      symbols[i] = (byte) (slot >>> 12);
      bits = slot >>> 28;
      x[0] = (slot & BASE_MASK) + (int) ((a >>> 1) >>> ~bits);
      a <<= bits;
      slot = slots[x[1]];
      symbols[i + 1] = (byte) (slot >>> 12);
      bits = slot >>> 28;
      x[1] = (slot & BASE_MASK) + (int) ((a >>> 1) >>> ~bits);
      a <<= bits;
      slot = slots[x[2]];
      symbols[i + 2] = (byte) (slot >>> 12);
      bits = slot >>> 28;
      x[2] = (slot & BASE_MASK) + (int) ((a >>> 1) >>> ~bits);
      a <<= bits;
      slot = slots[x[3]];
      symbols[i + 3] = (byte) (slot >>> 12);
      bits = slot >>> 28;
      x[3] = (slot & BASE_MASK) + (int) ((a >>> 1) >>> ~bits);
      a <<= bits;
      used = Long.numberOfTrailingZeros(a);
      aAt = Math.max(aAt - (used >>> 3), aLowest);
      a = (LittleEndian.getLong(bytes, aAt) | 1) << (used & 7);
      slot = slots[x[4]];
      symbols[i + 4] = (byte) (slot >>> 12);
      bits = slot >>> 28;
      x[4] = (slot & BASE_MASK) + (int) ((b >>> 1) >>> ~bits);
      b <<= bits;
      slot = slots[x[5]];
      symbols[i + 5] = (byte) (slot >>> 12);
      bits = slot >>> 28;
      x[5] = (slot & BASE_MASK) + (int) ((b >>> 1) >>> ~bits);
      b <<= bits;
      slot = slots[x[6]];
      symbols[i + 6] = (byte) (slot >>> 12);
      bits = slot >>> 28;
      x[6] = (slot & BASE_MASK) + (int) ((b >>> 1) >>> ~bits);
      b <<= bits;
      slot = slots[x[7]];
      symbols[i + 7] = (byte) (slot >>> 12);
      bits = slot >>> 28;
      x[7] = (slot & BASE_MASK) + (int) ((b >>> 1) >>> ~bits);
      b <<= bits;
      used = Long.numberOfTrailingZeros(b);
      bAt = Math.max(bAt - (used >>> 3), bLowest);
      b = (LittleEndian.getLong(bytes, bAt) | 1) << (used & 7);
    }
    this.a = a;
    this.b = b;
    this.aAt = aAt;
    this.bAt = bAt;
  }

  private void decodeInContexts(byte[] symbols, byte[] contexts, int count) {
    int[] slots = tables.slots;
    byte[] bytes = this.bytes;
    long a = this.a;
    long b = this.b;
    int aAt = this.aAt;
    int bAt = this.bAt;
    int aLowest = this.aLowest;
    int bLowest = this.bLowest;
    int[] x = states;
    for (int i = 0; i < count; i += 8) {
      long contextBytes = LittleEndian.getLong(contexts, i);
      int slot;
      int bits;
      int used;
      slot = slots[x[0] | (int) contextBytes << 12 & CONTEXT_MASK];
      symbols[i] = (byte) (slot >>> 12);
      bits = slot >>> 28;
      x[0] = (slot & BASE_MASK) + (int) ((a >>> 1) >>> ~bits);
      a <<= bits;
      slot = slots[x[1] | (int) (contextBytes << 4) & CONTEXT_MASK];
      symbols[i + 1] = (byte) (slot >>> 12);
      bits = slot >>> 28;
      x[1] = (slot & BASE_MASK) + (int) ((a >>> 1) >>> ~bits);
      a <<= bits;
      slot = slots[x[2] | (int) (contextBytes >>> 4) & CONTEXT_MASK];
      symbols[i + 2] = (byte) (slot >>> 12);
      bits = slot >>> 28;
      x[2] = (slot & BASE_MASK) + (int) ((a >>> 1) >>> ~bits);
      a <<= bits;
      slot = slots[x[3] | (int) (contextBytes >>> 12) & CONTEXT_MASK];
      symbols[i + 3] = (byte) (slot >>> 12);
      bits = slot >>> 28;
      x[3] = (slot & BASE_MASK) + (int) ((a >>> 1) >>> ~bits);
      a <<= bits;
      used = Long.numberOfTrailingZeros(a);
      aAt = Math.max(aAt - (used >>> 3), aLowest);
      a = (LittleEndian.getLong(bytes, aAt) | 1) << (used & 7);
      slot = slots[x[4] | (int) (contextBytes >>> 20) & CONTEXT_MASK];
      symbols[i + 4] = (byte) (slot >>> 12);
      bits = slot >>> 28;
      x[4] = (slot & BASE_MASK) + (int) ((b >>> 1) >>> ~bits);
      b <<= bits;
      slot = slots[x[5] | (int) (contextBytes >>> 28) & CONTEXT_MASK];
      symbols[i + 5] = (byte) (slot >>> 12);
      bits = slot >>> 28;
      x[5] = (slot & BASE_MASK) + (int) ((b >>> 1) >>> ~bits);
      b <<= bits;
      slot = slots[x[6] | (int) (contextBytes >>> 36) & CONTEXT_MASK];
      symbols[i + 6] = (byte) (slot >>> 12);
      bits = slot >>> 28;
      x[6] = (slot & BASE_MASK) + (int) ((b >>> 1) >>> ~bits);
      b <<= bits;
      slot = slots[x[7] | (int) (contextBytes >>> 44) & CONTEXT_MASK];
      symbols[i + 7] = (byte) (slot >>> 12);
      bits = slot >>> 28;
      x[7] = (slot & BASE_MASK) + (int) ((b >>> 1) >>> ~bits);
      b <<= bits;
      used = Long.numberOfTrailingZeros(b);
      bAt = Math.max(bAt - (used >>> 3), bLowest);
      b = (LittleEndian.getLong(bytes, bAt) | 1) << (used & 7);
    }
    this.a = a;
    this.b = b;
    this.aAt = aAt;
    this.bAt = bAt;
  }

  /**
   * Ends the stream.
   *
   * @throws StreamException if anything is left or missing
   */
  public void finish() throws StreamException {
    long aEnd = 8L * aAt + 64 - Long.numberOfTrailingZeros(a);
    long bEnd = 8L * bAt + 64 - Long.numberOfTrailingZeros(b);
    int stray = 0;
    for (int state : states) {
      stray |= state;
    }
    if (aEnd != 8L * aStart || bEnd != 8L * bStart || stray != 0) {
      throw new StreamException("the symbol stream does not end where it should");
    }
  }
}
