package dev.zoopress.codec.context;

import static dev.zoopress.codec.entropy.LittleEndian.getLong;

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
 * Codes a stretch of bytes without contexts: verbatim, constant, or by ANS with a table of its own.
 * Not thread-safe.
 *
 * <p>Plane: mode u8; 0: the bytes; 1: one byte; 2: table length u16, table (range-coded {@link
 * SymbolTables} of one context), ANS stream.
 */
final class PlaneCoder {
  private static final int VERBATIM = 0;
  private static final int CONSTANT = 1;
  private static final int ANS = 2;

  /** Below this there is nothing to gain from a table. */
  private static final int SMALLEST = 256;

  private static final int SAMPLE_RUNS = 64;
  private static final int SAMPLE_RUN = 32;
  private static final int STRIP = 4096;

  private final AnsTables tables = new AnsTables();
  private final AnsEncoder encoder = new AnsEncoder();
  private final AnsDecoder decoder = new AnsDecoder();
  private final RangeEncoder side = new RangeEncoder();
  private final int[] counts = new int[4 * SymbolTables.SYMBOLS];
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
    // A small sample looks less random than it is, by about half a nat per symbol.
    double entropy = Entropy.bits(counts, 0, SymbolTables.SYMBOLS) + used * 0.72;
    return entropy < 0.985 * bits * seen;
  }

  /** Writes a plane and returns where it ends; -1 if it might pass {@code limit}. */
  int encode(byte[] plane, int count, byte[] target, int at, int limit) {
    if (count > 1 && Arrays.equals(plane, 0, count - 1, plane, 1, count)) {
      if (at + 2 > limit) {
        return -1;
      }
      target[at] = CONSTANT;
      target[at + 1] = plane[0];
      return at + 2;
    }
    if (looksSkewed(plane, count, 8)) {
      int end = encodeSkewed(plane, count, 8, target, at, limit);
      if (end >= 0) {
        return end;
      }
    }
    if (at + 1 + count > limit) {
      return -1;
    }
    target[at] = VERBATIM;
    System.arraycopy(plane, 0, target, at + 1, count);
    return at + 1 + count;
  }

  /** By ANS, or -1 where that needs {@code bits} bits a value or more, or passes {@code limit}. */
  int encodeSkewed(byte[] plane, int count, int bits, byte[] target, int at, int limit) {
    countAll(plane, count);
    int log = count < 1 << 14 ? 10 : AnsTables.MAX_LOG - 1;
    SymbolTables table = SymbolTables.exact(counts, log, count < 1 << 14 ? 2 : 3);
    side.reset();
    table.write(side);
    int sideLength = side.finish();
    double estimate = Entropy.bits(counts, 0, SymbolTables.SYMBOLS) / 8 + sideLength + 32;
    if (estimate >= count * (double) bits / 8) {
      return -1;
    }
    tables.forEncoding(table);
    int padded = count + 7 & ~7;
    encoder.begin(tables, padded);
    byte common = (byte) Entropy.most(counts, 0);
    for (int from = (count - 1) / STRIP * STRIP; from >= 0; from -= STRIP) {
      int run = Math.min(STRIP, count - from);
      System.arraycopy(plane, from, strip, 0, run);
      int full = run + 7 & ~7;
      Arrays.fill(strip, run, full, common);
      encoder.prepend(strip, full);
    }
    int end = at + 3 + sideLength + encoder.length();
    if (end > limit || end - at >= count * (long) bits / 8) {
      return -1;
    }
    target[at] = ANS;
    target[at + 1] = (byte) sideLength;
    target[at + 2] = (byte) (sideLength >>> 8);
    System.arraycopy(side.bytes(), 0, target, at + 3, sideLength);
    return encoder.finish(target, at + 3 + sideLength);
  }

  private void countAll(byte[] plane, int count) {
    Arrays.fill(counts, 0);
    int i = 0;
    for (; i + 8 <= count; i += 8) {
      long value = getLong(plane, i);
      counts[(int) value & 0xff]++;
      counts[256 + ((int) (value >>> 8) & 0xff)]++;
      counts[512 + ((int) (value >>> 16) & 0xff)]++;
      counts[768 + ((int) (value >>> 24) & 0xff)]++;
      counts[(int) (value >>> 32) & 0xff]++;
      counts[256 + ((int) (value >>> 40) & 0xff)]++;
      counts[512 + ((int) (value >>> 48) & 0xff)]++;
      counts[768 + (int) (value >>> 56)]++;
    }
    for (; i < count; i++) {
      counts[plane[i] & 0xff]++;
    }
    for (int s = 0; s < 256; s++) {
      counts[s] += counts[256 + s] + counts[512 + s] + counts[768 + s];
    }
  }

  /** Reads a plane of {@code count} bytes into {@code plane}, which has 7 bytes more. */
  void decode(FrameCursor in, byte[] plane, int count) throws IOException {
    int mode = in.u8();
    if (mode == VERBATIM) {
      System.arraycopy(in.bytes(), in.skip(count), plane, 0, count);
    } else if (mode == CONSTANT) {
      Arrays.fill(plane, 0, count, (byte) in.u8());
    } else if (mode == ANS) {
      decodeAns(in, plane, count);
    } else {
      throw in.damaged("plane mode " + mode);
    }
  }

  private void decodeAns(FrameCursor in, byte[] plane, int count) throws IOException {
    int sideLength = in.u16();
    int sideAt = in.skip(sideLength);
    int from = in.skip(0);
    try {
      tables.forDecoding(SymbolTables.read(new RangeDecoder(in.bytes(), sideAt, sideLength), 1));
      int end = decoder.begin(tables, in.bytes(), from, from + in.remaining());
      in.skip(end - from);
      for (int i = 0; i < count; i += STRIP) {
        int run = Math.min(STRIP, count - i);
        decoder.next(strip, run + 7 & ~7);
        System.arraycopy(strip, 0, plane, i, run);
      }
      decoder.finish();
    } catch (StreamException e) {
      throw in.damaged(e.getMessage());
    }
  }
}
