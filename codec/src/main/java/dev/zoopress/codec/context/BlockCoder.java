package dev.zoopress.codec.context;

import static dev.zoopress.codec.entropy.LittleEndian.getInt;
import static dev.zoopress.codec.entropy.LittleEndian.getLong;
import static dev.zoopress.codec.entropy.LittleEndian.getShort;
import static dev.zoopress.codec.entropy.LittleEndian.putLong;

import dev.zoopress.codec.entropy.AnsEncoder;
import dev.zoopress.codec.entropy.AnsTables;
import java.util.Arrays;

/** Writes the blocks of one frame after another. Not thread-safe. */
final class BlockCoder {
  static final int FLAG_ESCAPES = 1;
  static final int FLAG_EXCEPTIONS = 2;
  static final int FLAG_RAW_PLANE = 4;

  private static final int STRIP = SymbolStrip.LENGTH;
  private static final int SAMPLE_RUNS = 32;
  private static final int SAMPLE_RUN = 32;

  private final SymbolStrip strip = new SymbolStrip();
  private final AnsTables tables = new AnsTables();
  private final EscapeStream escapes = new EscapeStream();
  private final ExceptionList exceptions = new ExceptionList();
  private final AnsEncoder symbols = new AnsEncoder();
  private final PlaneCoder planes = new PlaneCoder();
  private final int[] sampled = new int[256];
  private final byte[] sample = new byte[2 * SAMPLE_RUN + 8];
  private byte[] raw = {};
  private byte[] plane = {};
  private Plan plan;
  private byte padding;

  void begin(Plan plan) {
    this.plan = plan;
    tables.forEncoding(plan.tables());
    escapes.forEncoding(plan.escapes());
    strip.begin(plan.elements(), plan.layout(), plan.signInSymbol(), plan.model());
    padding = (byte) tables.mostFrequent(plan.tables());
  }

  /**
   * Writes the elements in {@code source[at + from, at + from + length)} and returns the bytes
   * written, or -1 where that is not shorter.
   */
  int encode(byte[] source, int at, int from, int length, byte[] target, int targetOffset) {
    int width = plan.elements().elementBytes();
    int count = length / width;
    int first = from / width;
    int full = count + 7 & ~7;
    boolean words = plan.layout() != null;
    boolean skewed = words && isSkewed(source, at + from, count);
    WordTransform transform = skewed ? strip.spaced() : strip.packed();
    int rawLength = words ? transform.rawLength(full) : 0;
    if (raw.length < rawLength + 8) {
      raw = new byte[rawLength + 8];
    }
    exceptions.clear();
    symbols.begin(tables, full);
    boolean flat = plan.tables().contexts() == 1;
    for (int i = (count - 1) / STRIP * STRIP; i >= 0; i -= STRIP) {
      int run = Math.min(STRIP, count - i);
      int rawAt = words ? transform.rawLength(i) : 0;
      long bad = strip.split(source, at, first + i, run, transform, raw, rawAt);
      if (bad != 0) {
        collectExceptions(i, run);
        if (exceptions.count() > count >> 4) {
          return -1;
        }
      }
      strip.pad(run, padding);
      int groups = run + 7 & ~7;
      if (flat) {
        symbols.prepend(strip.symbols, groups);
      } else {
        symbols.prepend(strip.symbols, strip.contexts, groups);
      }
    }
    int end = assemble(source, at + from, count, skewed, rawLength, target, targetOffset, length);
    return end < 0 ? -1 : end - targetOffset;
  }

  private void collectExceptions(int first, int run) {
    for (int i = run - 1; i >= 0; i--) {
      if (strip.isException(i)) {
        exceptions.add(first + i);
      }
    }
  }

  private int assemble(
      byte[] source,
      int from,
      int count,
      boolean skewed,
      int rawLength,
      byte[] target,
      int targetOffset,
      int length) {
    int limit = targetOffset + length;
    int at = targetOffset + 1;
    if (at + symbols.length() > limit) {
      return -1;
    }
    int flags = 0;
    at = symbols.finish(target, at);
    if (symbols.escapeCount() > 0) {
      flags |= FLAG_ESCAPES;
      at = escapes.write(symbols, target, at, limit);
    }
    if (at >= 0 && plan.elements() == Elements.HALF_OF_32) {
      addInexact(source, from, count);
    }
    if (at >= 0 && exceptions.count() > 0) {
      flags |= FLAG_EXCEPTIONS;
      at = exceptions.write(source, from, plan.elements().elementBytes(), target, at, limit);
    }
    if (at >= 0 && plan.layout() != null) {
      int rawEnd = -1;
      if (skewed) {
        int bits = plan.layout().rawBits();
        int packed = at + rawLength / 8 * bits;
        rawEnd = planes.encodeTree(raw, rawLength, target, at, Math.min(limit, packed));
        if (rawEnd < 0) {
          rawLength = pack(rawLength, bits);
        } else {
          flags |= FLAG_RAW_PLANE;
        }
      }
      if (rawEnd < 0) {
        rawEnd = at + rawLength > limit ? -1 : at + rawLength;
        if (rawEnd >= 0) {
          System.arraycopy(raw, 0, target, at, rawLength);
        }
      }
      at = rawEnd;
    }
    for (int p = 0; at >= 0 && p < plan.elements().planes(); p++) {
      if (plane.length < count) {
        plane = new byte[count];
      }
      plan.elements().readPlane(source, from, count, p, plane, 0);
      at = planes.encode(plane, count, target, at, limit);
    }
    target[targetOffset] = (byte) flags;
    return at;
  }

  /** F32 that are no F16 are exceptions too. */
  private void addInexact(byte[] source, int from, int count) {
    for (int i = 0; i < count; i++) {
      if (!Elements.isHalf(getInt(source, from + 4 * i))) {
        exceptions.add(i);
      }
    }
  }

  /** Looks at the raw bits of a few elements. */
  private boolean isSkewed(byte[] source, int from, int count) {
    if (count < SAMPLE_RUNS * SAMPLE_RUN) {
      return false;
    }
    Elements elements = plan.elements();
    int bits = plan.layout().rawBits() - (plan.signInSymbol() ? 0 : 1);
    int mask = (1 << bits) - 1;
    Arrays.fill(sampled, 0);
    for (int run = 0; run < SAMPLE_RUNS; run++) {
      int first = (int) ((long) run * (count - SAMPLE_RUN) / SAMPLE_RUNS);
      int at = from + first * elements.elementBytes();
      if (elements.direct()) {
        System.arraycopy(source, at, sample, 0, 2 * SAMPLE_RUN);
      } else {
        elements.read(source, at, SAMPLE_RUN, sample);
      }
      for (int i = 0; i < SAMPLE_RUN; i++) {
        sampled[getShort(sample, 2 * i) & mask]++;
      }
    }
    return PlaneCoder.isSkewed(sampled, SAMPLE_RUNS * SAMPLE_RUN, bits);
  }

  /** Packs raw values from a byte each to {@code bits} each; returns the new length. */
  private int pack(int count, int bits) {
    long low = 0x00ff00ff00ff00ffL;
    int at = 0;
    for (int i = 0; i < count; i += 8, at += bits) {
      long value = getLong(raw, i);
      long pairs = value & low | (value >>> 8 & low) << bits;
      long packed = 0;
      for (int lane = 0; lane < 4; lane++) {
        packed |= (pairs >>> 16 * lane & 0xffff) << 2 * bits * lane;
      }
      putLong(raw, at, packed);
    }
    return at;
  }
}
