package dev.zoopress.codec.delta;

import static dev.zoopress.codec.entropy.LittleEndian.getLong;

import dev.zoopress.codec.context.EscapeStream;
import dev.zoopress.codec.context.ExceptionList;
import dev.zoopress.codec.entropy.AnsDecoder;
import dev.zoopress.codec.entropy.AnsTables;
import dev.zoopress.codec.entropy.StreamException;
import dev.zoopress.codec.entropy.SymbolTables;
import dev.zoopress.codec.frame.BlockDecoder;
import dev.zoopress.codec.frame.FrameCursor;
import dev.zoopress.codec.frame.FrameHead;
import java.io.IOException;
import java.util.Arrays;

/** Reads frames of kind DELTA. */
public final class DeltaDecoder implements BlockDecoder {
  private static final int STRIP = DeltaStrip.LENGTH;

  private final AnsTables tables = new AnsTables();
  private final AnsDecoder symbols = new AnsDecoder();
  private final EscapeStream escapes = new EscapeStream();
  private final DeltaStrip strip = new DeltaStrip();
  private FrameHead head;
  private DeltaPlan plan;
  private byte[] base;
  private int baseOffset;
  private byte[] low = {};
  private long lowBit;
  private long lowEnd;

  @Override
  public void base(byte[] base, int baseOffset) {
    this.base = base;
    this.baseOffset = baseOffset;
  }

  @Override
  public void begin(FrameHead head, FrameCursor shared) throws IOException {
    this.head = head;
    plan = DeltaPlan.read(head, shared);
    tables.forDecoding(plan.tables());
    escapes.forDecoding(plan.escapes());
  }

  @Override
  public void decodeBlock(int block, FrameCursor body, byte[] target, int targetOffset)
      throws IOException {
    Domain domain = plan.model().domain();
    int width = domain.elementBytes();
    int from = head.grid().rawOffset(block);
    int count = head.grid().rawLength(block) / width;
    int flags = body.u8();
    if (flags >= 4) {
      throw body.damaged("flags " + flags);
    }
    int stream = body.skip(0);
    try {
      int end = symbols.begin(tables, body.bytes(), stream, stream + body.remaining());
      body.skip(end - stream);
      if ((flags & DeltaEncoder.FLAG_ESCAPES) != 0) {
        escapes.read(body, count + 7 & ~7);
      } else {
        escapes.none();
      }
      int exceptionsAt = -1;
      if ((flags & DeltaEncoder.FLAG_EXCEPTIONS) != 0) {
        exceptionsAt = ExceptionList.skip(body, count, width);
      }
      readLow(body);
      for (int i = 0; i < count; i += STRIP) {
        int run = Math.min(STRIP, count - i);
        decodeStrip(from / width + i, run, target, targetOffset + i * width);
      }
      symbols.finish();
      escapes.finish();
      if (lowBit > lowEnd || lowEnd - lowBit > 7) {
        throw body.damaged((lowEnd - lowBit) + " raw bits too many");
      }
      if (exceptionsAt >= 0) {
        ExceptionList.apply(body.bytes(), exceptionsAt, width, target, targetOffset);
      }
    } catch (StreamException e) {
      throw body.damaged(e.getMessage());
    }
  }

  /** Copies the raw bits, zeros for a strip behind them: strips are checked, not elements. */
  private void readLow(FrameCursor body) throws IOException {
    int length = body.u24();
    int at = body.skip(length);
    int room = length + STRIP * DeltaPlan.MOST_LOW_BITS / 8 + 8;
    if (low.length < room) {
      low = new byte[room];
    }
    System.arraycopy(body.bytes(), at, low, 0, length);
    Arrays.fill(low, length, room, (byte) 0);
    lowBit = 0;
    lowEnd = 8L * length;
  }

  private void decodeStrip(int first, int run, byte[] target, int at) throws StreamException {
    if (lowBit > lowEnd) {
      throw new StreamException("raw bits end early");
    }
    DeltaModel model = plan.model();
    Domain domain = model.domain();
    domain.load(base, baseOffset + first * domain.elementBytes(), run, strip.base);
    model.fill(strip.base, first, run, strip.contexts);
    int full = run + 7 & ~7;
    symbols.next(strip.symbols, strip.contexts, full);
    if (plan.tables().escape() < SymbolTables.SYMBOLS) {
      escapes.replace(strip.symbols, full, plan.tables().escape());
    }
    int[] lowOf = plan.lowBits();
    long bit = lowBit;
    for (int i = 0; i < run; i++) {
      int bits = lowOf[strip.contexts[i]];
      int raw = (int) (getLong(low, (int) (bit >>> 3)) >>> (bit & 7)) & (1 << bits) - 1;
      bit += bits;
      int difference = (strip.symbols[i] & 0xff) - DeltaStrip.CENTRE << bits | raw;
      strip.values[i] = strip.base[i] + difference;
    }
    lowBit = bit;
    domain.store(strip.values, run, target, at);
  }

  @Override
  public void close() {}
}
