package dev.zoopress.jobs.delta;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.chunk.Chunker;
import dev.zoopress.codec.format.FileLayout;
import dev.zoopress.codec.format.Segment;
import dev.zoopress.codec.tensor.DType;
import dev.zoopress.jobs.plan.PlannedContent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads sketches: three windows of each tensor. */
public final class SketchReader {
  /** Bytes of a window; a multiple of every block and element. */
  static final int WINDOW_BYTES = 1024;

  /** Smaller tensors are not looked at. */
  public static final int MIN_TENSOR_BYTES = 1 << 16;

  private static final int SCALES = 64;
  private static final int COLUMN_ELEMENTS = 8;

  private final ByteSource source;
  private final PlannedContent content;
  private final FileLayout layout;
  private long bytesRead;

  public SketchReader(ByteSource source, PlannedContent content, FileLayout layout) {
    this.source = source;
    this.content = content;
    this.layout = layout;
  }

  public long bytesRead() {
    return bytesRead;
  }

  /** The sketches of the tensors that start in {@code [from, to)}. */
  public List<Sketch> read(int unit, long from, long to) throws IOException {
    List<Sketch> sketches = new ArrayList<>();
    for (Segment segment : layout.segments()) {
      if (segment.dtype() != DType.OPAQUE
          && segment.lengthBytes() >= MIN_TENSOR_BYTES
          && segment.lengthBytes() % segment.dtype().alignmentBytes() == 0
          && segment.offsetBytes() >= from
          && segment.offsetBytes() < to) {
        sketches.add(sketch(unit, segment));
      }
    }
    return sketches;
  }

  private Sketch sketch(int unit, Segment segment) throws IOException {
    int width = segment.dtype().alignmentBytes();
    long elements = segment.lengthBytes() / width;
    long columns = Math.max(1, segment.columns());
    long middle = (segment.lengthBytes() - WINDOW_BYTES) / 2 / width * width;
    // More is read than is kept: it may reach into further rows.
    int reach =
        segment.lengthBytes() < 1 << 18
            ? WINDOW_BYTES
            : segment.lengthBytes() < 1 << 20 ? 2048 : 4096;
    byte[] head = window(segment.offsetBytes(), reach);
    byte[] tail = window(segment.endBytes() - reach, reach);
    return new Sketch(
        content.slice(),
        content.model(),
        content.index(),
        segment.offsetBytes(),
        unit,
        content.modelName(),
        layout.format(),
        segment.name(),
        segment.dtype(),
        columns > 1 && elements % columns == 0 ? elements / columns : 1,
        columns > 1 && elements % columns == 0 ? columns : elements,
        segment.lengthBytes(),
        Arrays.copyOf(head, WINDOW_BYTES),
        window(segment.offsetBytes() + middle, WINDOW_BYTES),
        Arrays.copyOfRange(tail, reach - WINDOW_BYTES, reach),
        column(head, 0, columns * width, width),
        column(tail, reach - width, -columns * width, width),
        scales(segment));
  }

  /** The elements at multiples of {@code step} from {@code at} on, that one left out. */
  private static byte[] column(byte[] window, int at, long step, int width) {
    byte[] elements = new byte[COLUMN_ELEMENTS * width];
    int found = 0;
    for (long from = at + step;
        from >= 0 && from <= window.length - width && found < COLUMN_ELEMENTS;
        from += step) {
      System.arraycopy(window, (int) from, elements, found * width, width);
      found++;
    }
    return Arrays.copyOf(elements, found * width);
  }

  private byte[] window(long offset, int length) throws IOException {
    byte[] bytes = new byte[length];
    source.readFully(offset, bytes, 0, length);
    bytesRead += length;
    return bytes;
  }

  /** Scales must lie in one chunk of opaque bytes, or of F32. */
  private Sketch.Scales scales(Segment segment) throws IOException {
    FileLayout.Scales scales = layout.scales().get(segment.offsetBytes());
    if (scales == null) {
      return null;
    }
    for (Segment holder : layout.segments()) {
      long inside = scales.offsetBytes() - holder.offsetBytes();
      if (inside >= 0 && inside < holder.lengthBytes()) {
        long start = inside / Chunker.CHUNK_BYTES * Chunker.CHUNK_BYTES;
        int length = (int) Math.min(Chunker.CHUNK_BYTES, holder.lengthBytes() - start);
        int offset = (int) (inside - start);
        if (offset + 4L * scales.count() > length) {
          return null;
        }
        int ends = Math.min(SCALES, scales.count());
        return new Sketch.Scales(
            holder.offsetBytes() + start,
            length,
            offset,
            scales.count(),
            scales.zero(),
            floats(scales.offsetBytes(), ends),
            floats(scales.offsetBytes() + 4L * (scales.count() - ends), ends));
      }
    }
    return null;
  }

  private List<Float> floats(long offset, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(window(offset, 4 * count)).order(ByteOrder.LITTLE_ENDIAN);
    List<Float> floats = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      floats.add(bytes.getFloat());
    }
    return floats;
  }
}
