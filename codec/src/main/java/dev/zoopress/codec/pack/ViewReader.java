package dev.zoopress.codec.pack;

import dev.zoopress.codec.entropy.LittleEndian;
import dev.zoopress.codec.manifest.Base;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.view.Converter;
import dev.zoopress.codec.view.Rule;
import dev.zoopress.codec.view.View;
import java.io.IOException;
import java.util.Objects;

/** Reads a base through its view, a few MiB of it at a time. For one thread and one read. */
final class ViewReader {
  /** Bytes of the base that are held at once, about. */
  static final int STEP_BYTES = 4 << 20;

  private final FrameSource frames;
  private final Base base;
  private final View view;
  private final ChunkCache.PooledDecoder pooled;

  ViewReader(FrameSource frames, Base base, ChunkCache.PooledDecoder pooled) {
    this.frames = frames;
    this.base = base;
    this.view = base.view();
    this.pooled = pooled;
  }

  void read(long position, int count, byte[] target, int targetOffset) throws IOException {
    Objects.checkFromIndexSize(position, (long) count, base.lengthBytes());
    if (view.rule() == Rule.SAME && !view.isTransposed()) {
      readBase(position, count, target, targetOffset);
    } else if (view.isTransposed()) {
      transposed(converter(), position, count, target, targetOffset);
    } else {
      converted(converter(), position, count, target, targetOffset);
    }
  }

  private Converter converter() throws IOException {
    if (base.scales() == null) {
      return new Converter(view);
    }
    Base.Scales scales = base.scales();
    byte[] bytes = new byte[4 * scales.count()];
    frames.readBelow(scales.chunk(), scales.offsetBytes(), bytes.length, bytes, 0);
    float[] values = new float[scales.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(LittleEndian.getInt(bytes, 4 * i));
    }
    return new Converter(view, values, scales.stride(), scales.zero());
  }

  private void readBase(long position, int count, byte[] target, int targetOffset)
      throws IOException {
    long start = 0;
    for (ChunkEntry chunk : base.chunks()) {
      long from = Math.max(position, start);
      long to = Math.min(position + count, start + chunk.lengthBytes());
      if (from < to) {
        int at = targetOffset + (int) (from - position);
        frames.readBelow(chunk, (int) (from - start), (int) (to - from), target, at);
      }
      start += chunk.lengthBytes();
    }
  }

  private void converted(
      Converter converter, long position, int count, byte[] target, int targetOffset)
      throws IOException {
    int wide = converter.unitFromBytes();
    int narrow = converter.unitToBytes();
    int most = STEP_BYTES / wide;
    long end = position + count;
    byte[] edge = new byte[narrow];
    for (long at = position; at < end; ) {
      long unit = at / narrow;
      // Steps end at multiples of their own length, so that blocks below are decoded once.
      int units = (int) Math.min(most - unit % most, (end - 1) / narrow + 1 - unit);
      byte[] bytes = pooled.step(STEP_BYTES);
      readBase(unit * wide, units * wide, bytes, 0);
      long first = unit * narrow;
      int done = 0;
      if (at > first || end < first + narrow) {
        converter.run(bytes, 0, 1, unit, edge, 0);
        int length = (int) (Math.min(end, first + narrow) - at);
        System.arraycopy(
            edge, (int) (at - first), target, targetOffset + (int) (at - position), length);
        at += length;
        done = 1;
      }
      int whole = (int) Math.min(units - done, (end - at) / narrow);
      int to = targetOffset + (int) (at - position);
      converter.run(bytes, done * wide, whole, unit + done, target, to);
      at += (long) whole * narrow;
      done += whole;
      if (done < units && at < end) {
        converter.run(bytes, done * wide, 1, unit + done, edge, 0);
        System.arraycopy(edge, 0, target, targetOffset + (int) (at - position), (int) (end - at));
        at = end;
      }
    }
  }

  /** Goes over all of the base once, and picks what lands in the wanted stretch. */
  private void transposed(
      Converter converter, long position, int count, byte[] target, int targetOffset)
      throws IOException {
    int wide = converter.unitFromBytes();
    int narrow = converter.unitToBytes();
    int rows = view.rows();
    int columns = view.columns();
    long first = position / narrow;
    long last = (position + count - 1) / narrow;
    int columnFrom = (int) (first / rows);
    int columnTo = (int) (last / rows);
    byte[] edge = new byte[narrow];
    long bytesOfBase = base.baseBytes();
    int step = STEP_BYTES / wide;
    byte[] bytes = pooled.step(STEP_BYTES);
    for (long from = 0; from < bytesOfBase; from += (long) step * wide) {
      int units = (int) Math.min(step, (bytesOfBase - from) / wide);
      readBase(from, units * wide, bytes, 0);
      long start = from / wide;
      int row = (int) (start / columns);
      int column = (int) (start % columns);
      for (int i = 0; i < units; row++, column = 0) {
        int run = Math.min(columns - column, units - i);
        int low = Math.max(column, columnFrom);
        int high = Math.min(column + run - 1, columnTo);
        for (int j = low; j <= high; j++) {
          long element = (long) j * rows + row;
          if (element >= first && element <= last) {
            int at = (i + j - column) * wide;
            long to = element * narrow - position;
            if (to >= 0 && to + narrow <= count) {
              converter.element(bytes, at, element, target, targetOffset + (int) to);
            } else {
              converter.element(bytes, at, element, edge, 0);
              int skip = (int) Math.max(0, -to);
              int length = (int) Math.min(narrow, count - to) - skip;
              System.arraycopy(edge, skip, target, targetOffset + (int) (to + skip), length);
            }
          }
        }
        i += run;
      }
    }
  }
}
