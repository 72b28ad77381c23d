package dev.zoopress.codec.plane;

import dev.zoopress.codec.frame.BlockEncoder;
import dev.zoopress.codec.frame.BlockGrid;
import dev.zoopress.codec.frame.FrameKind;
import dev.zoopress.codec.frame.RawFrame;
import dev.zoopress.codec.tensor.DType;
import java.util.Arrays;

/** Writes frames of kind GROUPED; the grammar is in the package description. */
public final class GroupedEncoder implements BlockEncoder {
  static final int BLOCK_ELEMENTS = 1 << 18;
  static final int SCALED = 0x10;

  /** An eighth of an octave of F16. */
  private static final int SCALE_STEP_LOG2 = 7;

  static final int LAYOUT_MASK = 0x0f;

  /**
   * Elements handled at a time, so that what lies between two steps stays in the first-level cache.
   */
  static final int TILE = JointWords.MAX_COUNT;

  private final PlaneWriter writer = new PlaneWriter();
  private final BlockSample sample = new BlockSample();
  private final ScaleGrid scales = new ScaleGrid();
  private final byte[] tile = new byte[2 * TILE];
  private final byte[] scaledTile = new byte[2 * TILE];
  private final byte[] escapes = new byte[BLOCK_ELEMENTS / 4];
  private final byte[] escapePlane = new byte[BLOCK_ELEMENTS / 8];
  private byte[] symbols = new byte[0];
  private byte[][] scratch = new byte[0][];
  private RawFrame raw;
  private BlockGrid grid;
  private Elements elements;
  private boolean scaled;

  @Override
  public FrameKind kind() {
    return FrameKind.GROUPED;
  }

  @Override
  public int blockElementsLog2(RawFrame raw) {
    return raw.shape().dtype() == DType.OPAQUE ? 20 : 18;
  }

  @Override
  public int begin(RawFrame raw, BlockGrid grid, byte[] target, int targetOffset) {
    this.raw = raw;
    this.grid = grid;
    this.elements = Elements.of(raw.shape().dtype());
    this.scaled = false;
    int count = raw.length() / 2;
    long columns = raw.shape().columns();
    long firstColumn = raw.shape().firstColumn();
    if (elements != Elements.HALF || !ScaleGrid.suits(columns, firstColumn, count)) {
      return 0;
    }
    scales.learn(
        raw.bytes(), raw.offset(), count, (int) columns, (int) firstColumn, SCALE_STEP_LOG2);
    scaled = ScaleTrial.pays(scales, raw.bytes(), raw.offset(), count, (int) columns);
    return scaled ? scales.write(writer, target, targetOffset) - targetOffset : 0;
  }

  @Override
  public int encodeBlock(int block, byte[] target, int targetOffset) {
    int from = raw.offset() + grid.rawOffset(block);
    int length = grid.rawLength(block);
    int width = elements.width();
    if (width == 1) {
      return encodeBytes(from, length, target, targetOffset);
    }
    int count = length / width & -JointWords.GROUP;
    if (count == 0) {
      return -1;
    }
    int end = encodeElements(block, from, count, target, targetOffset);
    int tail = length - count * width;
    System.arraycopy(raw.bytes(), from + count * width, target, targetOffset + end, tail);
    return end + tail;
  }

  private int encodeElements(int block, int from, int count, byte[] target, int targetOffset) {
    int width = elements.width();
    ensure(count, width);
    sample.take(raw.bytes(), from, count, width);
    WordLayout layout = elements.exponentBits() == 8 ? sample.floatLayout() : WordLayout.BYTES;
    int flags = scaled ? SCALED : 0;
    int first = grid.rawOffset(block) / width;
    int end =
        encodeWords(raw.bytes(), from, width, count, first, layout, flags, target, targetOffset);
    if (end < 0) {
      end =
          encodeWords(
              raw.bytes(),
              from,
              width,
              count,
              first,
              WordLayout.EXPONENT,
              flags,
              target,
              targetOffset);
    }
    return end;
  }

  private int encodeBytes(int from, int count, byte[] target, int targetOffset) {
    target[targetOffset] = 0;
    if (raw.shape().dtype() == DType.OPAQUE || raw.shape().dtype() == DType.BOOL) {
      return writer.writeText(raw.bytes(), from, count, target, targetOffset + 1, targetOffset + 2)
          - targetOffset;
    }
    sample.take(raw.bytes(), from, count, 1);
    if (count < PlaneWriter.MIN_CODED || !sample.codable(0)) {
      return -1;
    }
    return writer.writeSymbols(raw.bytes(), from, count, target, targetOffset + 1, targetOffset + 2)
        - targetOffset;
  }

  private int encodeWords(
      byte[] source,
      int from,
      int width,
      int count,
      int first,
      WordLayout layout,
      int flags,
      byte[] target,
      int targetOffset) {
    int at = targetOffset;
    target[at++] = (byte) (layout.code() | flags);
    int headAt = at;
    JointWords joint = null;
    if (layout.joint()) {
      joint = new JointWords(layout, sample.base(), escapes, escapes.length / 2);
      at += 5;
    }
    int planes = width - 1;
    int tagsAt = at;
    at += planes + 1;
    byte[][] to = new byte[planes][];
    int[] toAt = new int[planes];
    boolean packed = false;
    for (int p = 0; p < planes; p++) {
      boolean low = p == planes - 1;
      boolean coded =
          count >= PlaneWriter.MIN_CODED && (low ? sample.lowCodable(layout) : sample.codable(p));
      if (coded) {
        to[p] = scratch[p];
        target[tagsAt + p] = PlaneWriter.ZSTD;
        continue;
      }
      packed = low && layout.joint();
      to[p] = target;
      toAt[p] = at;
      target[tagsAt + p] = (byte) (packed ? PlaneWriter.PACKED : PlaneWriter.VERBATIM);
      at += packed ? JointWords.packedBytes(count) : count;
    }
    boolean scale = (flags & SCALED) != 0;
    for (int done = 0; done < count; done += TILE) {
      int some = Math.min(TILE, count - done);
      byte[] tileWords = source;
      int tileAt = from + done * width;
      if (width == 4) {
        Lanes.splitHigh(source, tileAt, some, tile, to[0], toAt[0] + done, to[1], toAt[1] + done);
        tileWords = tile;
        tileAt = 0;
      } else if (width > 2) {
        for (int p = 0; p < width - 2; p++) {
          Lanes.gather(source, tileAt, some, width, p, to[p], toAt[p] + done);
        }
        for (int i = 0; i < some; i++) {
          Lanes.SHORT.set(
              tile, 2 * i, (short) Lanes.SHORT.get(source, tileAt + i * width + width - 2));
        }
        tileWords = tile;
        tileAt = 0;
      }
      if (scale) {
        scales.scale(tileWords, tileAt, some, first + done, scaledTile, 0);
        tileWords = scaledTile;
        tileAt = 0;
      }
      byte[] low = to[planes - 1];
      int lowAt = toAt[planes - 1] + (packed ? JointWords.packedBytes(done) : done);
      switch (layout) {
        case BYTES -> Lanes.splitBytes(tileWords, tileAt, some, symbols, done, low, lowAt);
        case EXPONENT -> Lanes.splitExponent(tileWords, tileAt, some, symbols, done, low, lowAt);
        default -> {
          if (!joint.split(tileWords, tileAt, some, symbols, done, low, lowAt, packed)) {
            return -1;
          }
        }
      }
    }
    for (int p = 0; p < planes; p++) {
      if (target[tagsAt + p] == PlaneWriter.ZSTD) {
        at = writePlane(to[p], count, target, tagsAt + p, at);
      }
    }
    at = writePlane(symbols, count, target, tagsAt + planes, at);
    if (joint != null) {
      at = writeEscapes(joint, target, headAt, at);
    }
    return at - targetOffset;
  }

  private int writePlane(byte[] plane, int count, byte[] target, int tagAt, int at) {
    return elements.exponentBits() == 0
        ? writer.writeText(plane, 0, count, target, tagAt, at)
        : writer.writeSymbols(plane, 0, count, target, tagAt, at);
  }

  private int writeEscapes(JointWords joint, byte[] target, int headAt, int at) {
    int count = joint.escapeCount();
    Lanes.SHORT.set(target, headAt, (short) sample.base());
    target[headAt + 2] = (byte) count;
    target[headAt + 3] = (byte) (count >>> 8);
    target[headAt + 4] = (byte) (count >>> 16);
    int next = at;
    for (int lane = 0; lane < 2; lane++) {
      Lanes.gather(escapes, 0, count, 2, lane, escapePlane, 0);
      next = writer.writeTagged(escapePlane, 0, count, target, next);
    }
    return next;
  }

  private void ensure(int count, int width) {
    if (symbols.length < count) {
      symbols = new byte[count];
    }
    if (scratch.length < width - 1) {
      scratch = Arrays.copyOf(scratch, width - 1);
    }
    for (int p = 0; p < width - 1; p++) {
      if (scratch[p] == null || scratch[p].length < count + 8) {
        scratch[p] = new byte[count + 8];
      }
    }
  }

  @Override
  public void close() {
    writer.close();
  }
}
