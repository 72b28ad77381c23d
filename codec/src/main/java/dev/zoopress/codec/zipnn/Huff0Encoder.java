package dev.zoopress.codec.zipnn;

/**
 * Huff0 as the FSE library writes it, bit for bit: four streams, codes of at most 11 bits. Holds no
 * buffers; thread-safe.
 */
final class Huff0Encoder {
  private static final int MAX_CODE_BITS = 11;
  private static final int MIN_BYTES = 12;

  private Huff0Encoder() {}

  /**
   * Codes {@code source[0, n)} (n at most 131,072) into {@code target[0, ...)}, which must hold n +
   * 512 bytes.
   *
   * @return the payload's length; 1 when all bytes are equal (the payload is that byte); 0 when it
   *     does not pay
   */
  static int encode(byte[] source, int n, byte[] target) {
    if (n == 0) {
      return 0;
    }
    int[] counts = new int[256];
    for (int i = 0; i < n; i++) {
      counts[source[i] & 255]++;
    }
    int top = 0;
    int most = 0;
    for (int s = 0; s < 256; s++) {
      if (counts[s] > 0) {
        top = s;
      }
      most = Math.max(most, counts[s]);
    }
    if (most == n) {
      target[0] = source[0];
      return 1;
    }
    if (most <= (n >> 7) + 4) {
      return 0;
    }
    int maxBits = tableLog(MAX_CODE_BITS, n, top, 1);
    int[] lengths = HuffmanLengths.of(counts, maxBits);
    int longest = 0;
    for (int length : lengths) {
      longest = Math.max(longest, length);
    }
    int tree = writeTree(lengths, top, longest, target);
    if (tree == 0 || tree + MIN_BYTES >= n) {
      return 0;
    }
    if (n < MIN_BYTES) {
      return 0;
    }
    return writeStreams(source, n, lengths, codes(lengths, longest), target, tree);
  }

  /** FSE's choice of a table size: at most {@code max}, at least what the symbols need. */
  static int tableLog(int max, int n, int top, int minus) {
    int log = Math.min(max, floorLog2(n - 1) - minus);
    int needed = Math.min(floorLog2(n) + 1, floorLog2(top) + 2);
    return Math.max(5, Math.max(log, needed));
  }

  static int floorLog2(int value) {
    return 31 - Integer.numberOfLeadingZeros(value);
  }

  private static int[] codes(int[] lengths, int longest) {
    int[] perLength = new int[longest + 2];
    for (int length : lengths) {
      perLength[length] += length > 0 ? 1 : 0;
    }
    int[] start = new int[longest + 2];
    int next = 0;
    for (int length = longest; length > 0; length--) {
      start[length] = next;
      next = next + perLength[length] >> 1;
    }
    int[] codes = new int[256];
    for (int s = 0; s < 256; s++) {
      if (lengths[s] > 0) {
        codes[s] = start[lengths[s]]++;
      }
    }
    return codes;
  }

  /** Weights of all symbols but the last, by FSE where that pays, else as nibbles. */
  private static int writeTree(int[] lengths, int top, int longest, byte[] target) {
    int[] weights = new int[top];
    for (int s = 0; s < top; s++) {
      weights[s] = lengths[s] == 0 ? 0 : longest + 1 - lengths[s];
    }
    int coded = WeightCoder.encode(weights, top, target, 1);
    if (coded > 1 && coded < top / 2) {
      target[0] = (byte) coded;
      return coded + 1;
    }
    if (top > 128) {
      return 0;
    }
    target[0] = (byte) (127 + top);
    for (int s = 0; s < top; s += 2) {
      int low = s + 1 < top ? weights[s + 1] : 0;
      target[1 + s / 2] = (byte) (weights[s] << 4 | low);
    }
    return (top + 1) / 2 + 1;
  }

  private static int writeStreams(
      byte[] source, int n, int[] lengths, int[] codes, byte[] target, int tree) {
    int quarter = (n + 3) / 4;
    int at = tree + 6;
    for (int stream = 0; stream < 4; stream++) {
      int begin = at;
      BackwardBits out = new BackwardBits(target, at);
      for (int i = Math.min(n, (stream + 1) * quarter) - 1; i >= stream * quarter; i--) {
        int symbol = source[i] & 255;
        out.put(codes[symbol], lengths[symbol]);
      }
      at = out.close();
      if (stream < 3) {
        int size = at - begin;
        target[tree + 2 * stream] = (byte) size;
        target[tree + 2 * stream + 1] = (byte) (size >>> 8);
      }
      if (at >= n - 1) {
        return 0;
      }
    }
    return at;
  }
}
