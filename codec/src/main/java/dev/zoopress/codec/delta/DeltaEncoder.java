package dev.zoopress.codec.delta;

import static dev.zoopress.codec.entropy.LittleEndian.getInt;
import static dev.zoopress.codec.entropy.LittleEndian.putInt;
import static dev.zoopress.codec.entropy.LittleEndian.putLong;
import static dev.zoopress.codec.entropy.LittleEndian.putShort;

import dev.zoopress.codec.context.Elements;
import dev.zoopress.codec.context.EscapeStream;
import dev.zoopress.codec.context.ExceptionList;
import dev.zoopress.codec.entropy.AnsEncoder;
import dev.zoopress.codec.entropy.AnsTables;
import dev.zoopress.codec.entropy.RangeEncoder;
import dev.zoopress.codec.frame.BlockEncoder;
import dev.zoopress.codec.frame.BlockGrid;
import dev.zoopress.codec.frame.FrameEncoder;
import dev.zoopress.codec.frame.FrameKind;
import dev.zoopress.codec.frame.RawFrame;

/** Writes frames of kind DELTA: ordered differences to a base. */
public final class DeltaEncoder implements BlockEncoder {
  static final int FLAG_ESCAPES = 1;
  static final int FLAG_EXCEPTIONS = 2;

  private static final int BLOCK_LOG2 = 18;
  private static final int STRIP = DeltaStrip.LENGTH;

  private final DeltaPlanner planner = new DeltaPlanner();
  private final RangeEncoder side = new RangeEncoder();
  private final AnsTables tables = new AnsTables();
  private final AnsEncoder symbols = new AnsEncoder();
  private final EscapeStream escapes = new EscapeStream();
  private final ExceptionList exceptions = new ExceptionList();
  private final DeltaStrip strip = new DeltaStrip();
  private byte[] blockSymbols = {};
  private byte[] blockContexts = {};
  private byte[] low = {};
  private long lowBuffer;
  private int lowBits;
  private int lowAt;
  private byte padding;
  private RawFrame raw;
  private BlockGrid grid;
  private DeltaPlan plan;

  @Override
  public FrameKind kind() {
    return FrameKind.DELTA;
  }

  @Override
  public int blockElementsLog2(RawFrame raw) {
    return BLOCK_LOG2;
  }

  @Override
  public int begin(RawFrame raw, BlockGrid grid, byte[] target, int targetOffset) {
    if (raw.base() == null) {
      throw new IllegalArgumentException("no base");
    }
    this.raw = raw;
    this.grid = grid;
    plan = planner.plan(raw);
    if (plan == null) {
      return -1;
    }
    side.reset();
    plan.write(side);
    int length = side.finish();
    if (length > FrameEncoder.MAX_SHARED_BYTES || length > raw.length() / 2) {
      return -1;
    }
    System.arraycopy(side.bytes(), 0, target, targetOffset, length);
    tables.forEncoding(plan.tables());
    escapes.forEncoding(plan.escapes());
    padding = (byte) tables.mostFrequent(plan.tables());
    return length;
  }

  @Override
  public int encodeBlock(int block, byte[] target, int targetOffset) {
    Domain domain = plan.model().domain();
    int width = domain.elementBytes();
    int from = grid.rawOffset(block);
    int length = grid.rawLength(block);
    int count = length / width;
    int full = count + 7 & ~7;
    if (blockSymbols.length < full + STRIP) {
      blockSymbols = new byte[full + STRIP];
      blockContexts = new byte[full + STRIP];
      low = new byte[3 * full + 16];
    }
    exceptions.clear();
    lowBuffer = 0;
    lowBits = 0;
    lowAt = 0;
    for (int i = 0; i < count; i += STRIP) {
      int run = Math.min(STRIP, count - i);
      int at = from + i * width;
      strip.load(domain, raw.bytes(), raw.offset() + at, raw.base(), raw.baseOffset() + at, run);
      plan.model().fill(strip.base, at / width, run, strip.contexts);
      split(raw.offset() + at, i, run);
      int groups = run + 7 & ~7;
      java.util.Arrays.fill(strip.symbols, run, groups, padding);
      System.arraycopy(strip.symbols, 0, blockSymbols, i, groups);
      System.arraycopy(strip.contexts, 0, blockContexts, i, groups);
      if (exceptions.count() > 64 + (count >> 4)) {
        return -1;
      }
    }
    putLong(low, lowAt, lowBuffer);
    lowAt += lowBits + 7 >>> 3;
    symbols.begin(tables, full);
    for (int i = (count - 1) / STRIP * STRIP; i >= 0; i -= STRIP) {
      int groups = Math.min(STRIP, full - i);
      System.arraycopy(blockSymbols, i, strip.symbols, 0, groups);
      System.arraycopy(blockContexts, i, strip.contexts, 0, groups);
      symbols.prepend(strip.symbols, strip.contexts, groups);
    }
    return assemble(raw.offset() + from, count, target, targetOffset, length);
  }

  private void split(int at, int first, int run) {
    boolean bytes = plan.model().domain().isByte();
    boolean halves = plan.model().domain() == Domain.HALF_OF_F32;
    int[] lowOf = plan.lowBits();
    for (int i = 0; i < run; i++) {
      int difference = strip.difference(i, bytes);
      int bits = lowOf[strip.contexts[i]];
      int symbol = (difference >> bits) + DeltaStrip.CENTRE;
      if ((symbol & ~0xff) != 0) {
        exceptions.add(first + i);
        symbol = DeltaStrip.CENTRE;
      }
      strip.symbols[i] = (byte) symbol;
      lowBuffer |= (long) (difference & (1 << bits) - 1) << lowBits;
      lowBits += bits;
      if (lowBits >= 32) {
        putInt(low, lowAt, (int) lowBuffer);
        lowAt += 4;
        lowBuffer >>>= 32;
        lowBits -= 32;
      }
    }
    // What came through F16 and does not come back was not exact.
    for (int i = 0; halves && i < run; i++) {
      if (!Elements.isHalf(getInt(raw.bytes(), at + 4 * i))) {
        exceptions.add(first + i);
      }
    }
  }

  private int assemble(int from, int count, byte[] target, int targetOffset, int length) {
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
    if (at >= 0 && exceptions.count() > 0) {
      flags |= FLAG_EXCEPTIONS;
      int width = length / count;
      at = exceptions.write(raw.bytes(), from, width, target, at, limit);
    }
    if (at < 0 || at + 3 + lowAt > limit) {
      return -1;
    }
    target[targetOffset] = (byte) flags;
    putShort(target, at, lowAt);
    target[at + 2] = (byte) (lowAt >>> 16);
    System.arraycopy(low, 0, target, at + 3, lowAt);
    return at + 3 + lowAt - targetOffset;
  }

  @Override
  public void close() {}
}
