package dev.zoopress.codec.context;

import static dev.zoopress.codec.entropy.LittleEndian.getLong;

import dev.zoopress.codec.entropy.AnsDecoder;
import dev.zoopress.codec.entropy.AnsTables;
import dev.zoopress.codec.entropy.StreamException;
import dev.zoopress.codec.entropy.SymbolTables;
import dev.zoopress.codec.frame.FrameCursor;
import java.io.IOException;

/** Reads what {@link BlockCoder} wrote, blocks in any order. Not thread-safe. */
final class BlockReader {
  private static final int STRIP = SymbolStrip.LENGTH;
  private static final long LOW = 0x0101010101010101L;
  private static final long HIGH = 0x8080808080808080L;

  private final AnsTables tables = new AnsTables();
  private final AnsTables escapeTables = new AnsTables();
  private final AnsDecoder symbols = new AnsDecoder();
  private final AnsDecoder escapeDecoder = new AnsDecoder();
  private final PlaneCoder planeCoder = new PlaneCoder();
  private final byte[] strip = new byte[STRIP + 8];
  private final byte[] contexts = new byte[STRIP + 16];
  private final byte[] addends = new byte[2 * STRIP + 16];
  private final byte[] coded = new byte[2 * STRIP + 16];
  private final byte[][] planes = new byte[7][];
  private byte[] escapes = {};
  private byte[] rawPlane = {};
  private byte[] raw;
  private int rawAt;
  private int escapeCount;
  private int escapesUsed;
  private Plan plan;
  private WordTransform packed;
  private WordTransform spaced;

  void begin(Plan plan) {
    this.plan = plan;
    tables.forDecoding(plan.tables());
    if (plan.escapes() != null) {
      escapeTables.forDecoding(plan.escapes());
    }
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
      readEscapes(body, (flags & BlockCoder.FLAG_ESCAPES) != 0, full);
      int exceptionsAt = skipExceptions(body, (flags & BlockCoder.FLAG_EXCEPTIONS) != 0, count);
      WordTransform transform = readRaw(body, (flags & BlockCoder.FLAG_RAW_PLANE) != 0, full);
      readPlanes(body, count);
      for (int i = 0; i < count; i += STRIP) {
        int run = Math.min(STRIP, count - i);
        decodeStrip(transform, first + i, i, run, target, at + i * width);
      }
      symbols.finish();
      if (escapesUsed != escapeCount) {
        throw body.damaged((escapeCount - escapesUsed) + " escapes too many");
      }
      if (exceptionsAt >= 0) {
        applyExceptions(body.bytes(), exceptionsAt, width, target, at);
      }
    } catch (StreamException e) {
      throw body.damaged(e.getMessage());
    }
  }

  private void readEscapes(FrameCursor body, boolean present, int most) throws IOException {
    escapeCount = 0;
    escapesUsed = 0;
    if (!present) {
      return;
    }
    int count = body.u24();
    if (count > most) {
      throw body.damaged(count + " escapes among " + most + " symbols");
    }
    int full = count + 7 & ~7;
    if (escapes.length < full) {
      escapes = new byte[full];
    }
    escapeCount = count;
    if (plan.escapes() == null || count < BlockCoder.LEAST_ESCAPES) {
      System.arraycopy(body.bytes(), body.skip(count), escapes, 0, count);
      return;
    }
    int stream = body.skip(0);
    int end = escapeDecoder.begin(escapeTables, body.bytes(), stream, stream + body.remaining());
    body.skip(end - stream);
    escapeDecoder.next(escapes, full);
    escapeDecoder.finish();
  }

  /** Checks the exceptions and returns where they start, or -1. */
  private int skipExceptions(FrameCursor body, boolean present, int count) throws IOException {
    if (!present) {
      return -1;
    }
    int from = body.skip(0);
    int exceptions = body.u24();
    long position = -1;
    for (int i = 0; i < exceptions; i++) {
      long gap = 0;
      int shift = 0;
      int next;
      do {
        next = body.u8();
        gap |= (long) (next & 0x7f) << shift;
        shift += 7;
      } while (next >= 0x80 && shift < 35);
      position += gap + 1;
      if (next >= 0x80 || position >= count) {
        throw body.damaged("exception at element " + position + " of " + count);
      }
      body.skip(plan.elements().elementBytes());
    }
    return from;
  }

  private static void applyExceptions(byte[] bytes, int from, int width, byte[] target, int at) {
    int count = bytes[from] & 0xff | (bytes[from + 1] & 0xff) << 8 | (bytes[from + 2] & 0xff) << 16;
    int read = from + 3;
    int position = -1;
    for (int i = 0; i < count; i++) {
      int gap = 0;
      int shift = 0;
      int next;
      do {
        next = bytes[read++];
        gap |= (next & 0x7f) << shift;
        shift += 7;
      } while (next < 0);
      position += gap + 1;
      System.arraycopy(bytes, read, target, at + position * width, width);
      read += width;
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
      replaceEscapes(full);
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

  private void replaceEscapes(int count) throws StreamException {
    int escape = plan.tables().escape();
    long pattern = escape * LOW;
    for (int i = 0; i < count; i += 8) {
      long same = getLong(strip, i) ^ pattern;
      if ((same - LOW & ~same & HIGH) != 0) {
        replaceEscapes(i, (byte) escape);
      }
    }
  }

  private void replaceEscapes(int from, byte escape) throws StreamException {
    for (int i = from; i < from + 8; i++) {
      if (strip[i] == escape) {
        if (escapesUsed == escapeCount) {
          throw new StreamException("more escapes than " + escapeCount);
        }
        strip[i] = escapes[escapesUsed++];
      }
    }
  }
}
