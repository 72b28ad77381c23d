package dev.zoopress.codec.context;

import dev.zoopress.codec.entropy.AnsDecoder;
import dev.zoopress.codec.entropy.AnsTables;
import dev.zoopress.codec.entropy.StreamException;
import dev.zoopress.codec.entropy.SymbolTables;
import dev.zoopress.codec.frame.FrameCursor;
import java.io.IOException;

/** Reads what {@link BlockCoder} wrote, blocks in any order. Not thread-safe. */
final class BlockReader {
  private static final int STRIP = SymbolStrip.LENGTH;

  private final AnsTables tables = new AnsTables();
  private final AnsDecoder symbols = new AnsDecoder();
  private final EscapeStream escapes = new EscapeStream();
  private final PlaneCoder planeCoder = new PlaneCoder();
  private final byte[] strip = new byte[STRIP + 8];
  private final byte[] contexts = new byte[STRIP + 16];
  private final byte[] addends = new byte[2 * STRIP + 16];
  private final byte[] coded = new byte[2 * STRIP + 16];
  private final byte[][] planes = new byte[7][];
  private byte[] rawPlane = {};
  private byte[] raw;
  private int rawAt;
  private Plan plan;
  private WordTransform packed;
  private WordTransform spaced;

  void begin(Plan plan) {
    this.plan = plan;
    tables.forDecoding(plan.tables());
    escapes.forDecoding(plan.escapes());
    if (plan.layout() != null) {
      packed = new WordTransform(plan.layout(), plan.layout().rawBits(), plan.signInSymbol());
      spaced = new WordTransform(plan.layout(), 8, plan.signInSymbol());
    }
  }

  /** Decodes the frame's raw bytes {@code [from, from + length)} to {@code target[at...]}. */
  void decode(FrameCursor body, int from, int length, byte[] target, int at) throws IOException {
    Elements elements = plan.elements();
    int width = elements.elementBytes();
    if (length % width != 0) {
      throw body.damaged("block of " + length + " bytes");
    }
    int count = length / width;
    int first = from / width;
    int full = count + 7 & ~7;
    int flags = body.u8();
    if (flags >= 8) {
      throw body.damaged("flags " + flags);
    }
    int stream = body.skip(0);
    try {
      int end = symbols.begin(tables, body.bytes(), stream, stream + body.remaining());
      body.skip(end - stream);
      if ((flags & BlockCoder.FLAG_ESCAPES) != 0) {
        escapes.read(body, full);
      } else {
        escapes.none();
      }
      int exceptionsAt = -1;
      if ((flags & BlockCoder.FLAG_EXCEPTIONS) != 0) {
        exceptionsAt = ExceptionList.skip(body, count, width);
      }
      WordTransform transform = readRaw(body, (flags & BlockCoder.FLAG_RAW_PLANE) != 0, full);
      readPlanes(body, count);
      for (int i = 0; i < count; i += STRIP) {
        int run = Math.min(STRIP, count - i);
        decodeStrip(transform, first + i, i, run, target, at + i * width);
      }
      symbols.finish();
      escapes.finish();
      if (exceptionsAt >= 0) {
        ExceptionList.apply(body.bytes(), exceptionsAt, width, target, at);
      }
    } catch (StreamException e) {
      throw body.damaged(e.getMessage());
    }
  }

  private WordTransform readRaw(FrameCursor body, boolean asPlane, int full) throws IOException {
    if (plan.layout() == null) {
      if (asPlane) {
        throw body.damaged("raw plane without raw bits");
      }
      return null;
    }
    if (rawPlane.length < full + 8) {
      rawPlane = new byte[full + 8];
    }
    if (asPlane) {
      planeCoder.decode(body, rawPlane, full);
      raw = rawPlane;
      rawAt = 0;
      return spaced;
    }
    int length = packed.rawLength(full);
    rawAt = body.skip(length);
    raw = body.bytes();
    if (rawAt + length + 8 > raw.length) {
      // Eight bytes are read at a time: not beyond the end of the array.
      System.arraycopy(raw, rawAt, rawPlane, 0, length);
      raw = rawPlane;
      rawAt = 0;
    }
    return packed;
  }

  private void readPlanes(FrameCursor body, int count) throws IOException {
    for (int p = 0; p < plan.elements().planes(); p++) {
      if (planes[p] == null || planes[p].length < count + 8) {
        planes[p] = new byte[count + 8];
      }
      planeCoder.decode(body, planes[p], count);
    }
  }

  private void decodeStrip(
      WordTransform transform, int element, int inBlock, int run, byte[] target, int at)
      throws StreamException {
    int full = run + 7 & ~7;
    plan.model().fill(element, run, addends, contexts);
    if (plan.tables().contexts() == 1) {
      symbols.next(strip, full);
    } else {
      symbols.next(strip, contexts, full);
    }
    if (plan.tables().escape() < SymbolTables.SYMBOLS) {
      escapes.replace(strip, full, plan.tables().escape());
    }
    Elements elements = plan.elements();
    boolean inPlace = elements.direct() && full == run;
    byte[] to = inPlace ? target : coded;
    int toAt = inPlace ? at : 0;
    if (transform == null) {
      ByteTransform.inverse(strip, addends, full, to, toAt);
    } else {
      transform.inverse(strip, raw, rawAt + transform.rawLength(inBlock), addends, full, to, toAt);
    }
    if (!inPlace) {
      if (elements.direct()) {
        System.arraycopy(coded, 0, target, at, run * elements.codedBytes());
      } else {
        elements.write(coded, planes, inBlock, run, target, at);
      }
    }
  }
}
