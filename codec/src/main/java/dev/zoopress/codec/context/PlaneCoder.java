package dev.zoopress.codec.context;

import dev.zoopress.codec.entropy.AnsDecoder;
import dev.zoopress.codec.entropy.AnsEncoder;
import dev.zoopress.codec.entropy.AnsTables;
import dev.zoopress.codec.entropy.RangeDecoder;
import dev.zoopress.codec.entropy.RangeEncoder;
import dev.zoopress.codec.entropy.StreamException;
import dev.zoopress.codec.entropy.SymbolTables;
import dev.zoopress.codec.frame.FrameCursor;
import java.io.IOException;
import java.util.Arrays;

/**
 * Codes a stretch of bytes without contexts: verbatim, constant, or by ANS with a table of its own,
 * whole or in parts that differ. Not thread-safe.
 *
 * <p>Plane: mode u8; 0: the bytes; 1: one byte; 2: table length u16, table (range-coded {@link
 * SymbolTables} of one context), ANS stream; 3: two planes, of the first half (rounded up to 8) and
 * of the rest.
 */
final class PlaneCoder {
  private static final int VERBATIM = 0;
  private static final int CONSTANT = 1;
  private static final int ANS = 2;
  private static final int SPLIT = 3;

  /** Below this there is nothing to gain from a table. */
  private static final int SMALLEST = 256;

  private static final int SAMPLE_RUNS = 64;
  private static final int SAMPLE_RUN = 32;
  private static final int STRIP = 4096;

  private final AnsTables tables = new AnsTables();
  private final AnsEncoder encoder = new AnsEncoder();
  private final AnsDecoder decoder = new AnsDecoder();
  private final RangeEncoder side = new RangeEncoder();
  private final int[] counts = new int[SymbolTables.SYMBOLS];
  private final PlaneTree tree = new PlaneTree();
  private final byte[] strip = new byte[STRIP];

  /** Whether a table looks worth trying for values of {@code bits} bits each. */
  boolean looksSkewed(byte[] plane, int count, int bits) {
    if (count < SMALLEST) {
      return false;
    }
    Arrays.fill(counts, 0);
    int step = Math.max(SAMPLE_RUN, count / SAMPLE_RUNS);
    int seen = 0;
    for (int from = 0; from < count; from += step) {
      int run = Math.min(SAMPLE_RUN, count - from);
      for (int i = from; i < from + run; i++) {
        counts[plane[i] & 0xff]++;
      }
      seen += run;
    }
    return isSkewed(counts, seen, bits);
  }

  /** Whether a sample of values of {@code bits} bits says that they are not uniform. */
  static boolean isSkewed(int[] counts, int seen, int bits) {
    int used = 0;
    for (int s = 0; s < SymbolTables.SYMBOLS; s++) {
      used += counts[s] > 0 ? 1 : 0;
    }
    double entropy = Entropy.bits(counts, 0, SymbolTables.SYMBOLS) + used * Entropy.HIDDEN_BITS;
    return entropy < 0.985 * bits * seen;
  }

  /** Writes a plane and returns where it ends; -1 if it might pass {@code limit}. */
  int encode(byte[] plane, int count, byte[] target, int at, int limit) {
    return looksSkewed(plane, count, 8)
        ? encodeTree(plane, count, target, at, limit)
        : encodeLeaf(plane, 0, count, false, target, at, limit);
  }

  /** As {@link #encode} without looking whether it is worth it. */
  int encodeTree(byte[] plane, int count, byte[] target, int at, int limit) {
    tree.build(plane, count);
    return encodeNode(plane, 0, count, 1, target, at, limit);
  }

  private int encodeNode(
      byte[] plane, int from, int count, int node, byte[] target, int at, int limit) {
    if (at < 0 || !tree.isSplit(node)) {
      return at < 0 ? -1 : encodeLeaf(plane, from, count, true, target, at, limit);
    }
    if (at >= limit) {
      return -1;
    }
    target[at] = SPLIT;
    int half = firstHalf(count);
    int middle = encodeNode(plane, from, half, 2 * node, target, at + 1, limit);
    return encodeNode(plane, from + half, count - half, 2 * node + 1, target, middle, limit);
  }

  /** Where a split plane is cut. */
  static int firstHalf(int count) {
    return count / 2 + 7 & ~7;
  }

  private int encodeLeaf(
      byte[] plane, int from, int count, boolean trySkewed, byte[] target, int at, int limit) {
    if (count > 1 && Arrays.equals(plane, from, from + count - 1, plane, from + 1, from + count)) {
      if (at + 2 > limit) {
        return -1;
      }
      target[at] = CONSTANT;
      target[at + 1] = plane[from];
      return at + 2;
    }
    if (trySkewed && count >= SMALLEST) {
      int end = encodeSkewed(plane, from, count, target, at, limit);
      if (end >= 0) {
        return end;
      }
    }
    if (at + 1 + count > limit) {
      return -1;
    }
    target[at] = VERBATIM;
    System.arraycopy(plane, from, target, at + 1, count);
    return at + 1 + count;
  }

  /** By ANS, or -1 where that is not shorter than the bytes, or passes {@code limit}. */
  private int encodeSkewed(byte[] plane, int from, int count, byte[] target, int at, int limit) {
    Arrays.fill(counts, 0, SymbolTables.SYMBOLS, 0);
    tree.count(plane, from, count, counts);
    int log = count < 1 << 14 ? 10 : AnsTables.MAX_LOG - 1;
    SymbolTables table = SymbolTables.exact(counts, log, count < 1 << 14 ? 2 : 3);
    side.reset();
    table.write(side);
    int sideLength = side.finish();
    double estimate = Entropy.bits(counts, 0, SymbolTables.SYMBOLS) / 8 + sideLength + 32;
    if (estimate >= count) {
      return -1;
    }
    tables.forEncoding(table);
    int padded = count + 7 & ~7;
    encoder.begin(tables, padded);
    byte common = (byte) Entropy.most(counts, 0);
    for (int i = (count - 1) / STRIP * STRIP; i >= 0; i -= STRIP) {
      int run = Math.min(STRIP, count - i);
      System.arraycopy(plane, from + i, strip, 0, run);
      int full = run + 7 & ~7;
      Arrays.fill(strip, run, full, common);
      encoder.prepend(strip, full);
    }
    int end = at + 3 + sideLength + encoder.length();
    if (end > limit || end - at >= count) {
      return -1;
    }
    target[at] = ANS;
    target[at + 1] = (byte) sideLength;
    target[at + 2] = (byte) (sideLength >>> 8);
    System.arraycopy(side.bytes(), 0, target, at + 3, sideLength);
    return encoder.finish(target, at + 3 + sideLength);
  }

  /** Reads a plane of {@code count} bytes into {@code plane}, which has 7 bytes more. */
  void decode(FrameCursor in, byte[] plane, int count) throws IOException {
    decode(in, plane, 0, count, 0);
  }

  private void decode(FrameCursor in, byte[] plane, int from, int count, int depth)
      throws IOException {
    int mode = in.u8();
    if (mode == VERBATIM) {
      System.arraycopy(in.bytes(), in.skip(count), plane, from, count);
    } else if (mode == CONSTANT) {
      Arrays.fill(plane, from, from + count, (byte) in.u8());
    } else if (mode == ANS) {
      decodeAns(in, plane, from, count);
    } else if (mode == SPLIT && depth < PlaneTree.DEPTH && count >= 16) {
      int half = firstHalf(count);
      decode(in, plane, from, half, depth + 1);
      decode(in, plane, from + half, count - half, depth + 1);
    } else {
      throw in.damaged("plane mode " + mode);
    }
  }

  private void decodeAns(FrameCursor in, byte[] plane, int from, int count) throws IOException {
    int sideLength = in.u16();
    int sideAt = in.skip(sideLength);
    int stream = in.skip(0);
    try {
      tables.forDecoding(SymbolTables.read(new RangeDecoder(in.bytes(), sideAt, sideLength), 1));
      int end = decoder.begin(tables, in.bytes(), stream, stream + in.remaining());
      in.skip(end - stream);
      for (int i = 0; i < count; i += STRIP) {
        int run = Math.min(STRIP, count - i);
        decoder.next(strip, run + 7 & ~7);
        System.arraycopy(strip, 0, plane, from + i, run);
      }
      decoder.finish();
    } catch (StreamException e) {
      throw in.damaged(e.getMessage());
    }
  }
}
