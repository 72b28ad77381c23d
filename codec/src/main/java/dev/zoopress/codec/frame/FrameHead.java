package dev.zoopress.codec.frame;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The head of a frame: its kind and where each block lies. Immutable. All lengths have been checked
 * to be consistent with each other and with the raw length.
 */
public final class FrameHead {
  /**
   * No head is longer: read this much (or the whole frame, if that is shorter) to learn the blocks.
   */
  public static final int MAX_BYTES = 8 + 8 + 8 * 256 + 4;

  static final int MIN_BLOCK_LOG2 = 16;
  static final int MAX_BLOCK_LOG2 = 24;
  static final int FIXED_BYTES = 8;
  static final int ROW_BYTES = 8;
  static final int SUM_BYTES = 4;
  static final int FLAG_SHARED = 1;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final String object;
  private final long objectOffset;
  private final FrameKind kind;
  private final DType dtype;
  private final BlockGrid grid;
  private final int[] bodyOffsets;
  private final int[] sums;
  private final int sharedOffset;
  private final int sharedSum;

  private FrameHead(
      String object,
      long objectOffset,
      FrameKind kind,
      DType dtype,
      BlockGrid grid,
      int[] bodyOffsets,
      int[] sums,
      int sharedOffset,
      int sharedSum) {
    this.object = object;
    this.objectOffset = objectOffset;
    this.kind = kind;
    this.dtype = dtype;
    this.grid = grid;
    this.bodyOffsets = bodyOffsets;
    this.sums = sums;
    this.sharedOffset = sharedOffset;
    this.sharedSum = sharedSum;
  }

  /**
   * Reads the head at the start of {@code bytes[offset, offset + available)}.
   *
   * @param object name for error messages
   * @param objectOffset where the frame starts in that object, for error messages
   * @param rawLength what the index says the frame decodes to
   * @param storedLength what the index says the frame's stored length is
   * @throws CorruptContainerException if the head is damaged, or does not fit these lengths
   * @throws UnsupportedVersionException if the kind or the dtype is unknown to this build
   */
  public static FrameHead parse(
      String object,
      long objectOffset,
      byte[] bytes,
      int offset,
      int available,
      int storedLength,
      int rawLength)
      throws IOException {
    int length = Math.min(available, storedLength);
    if (length < FIXED_BYTES) {
      throw new CorruptContainerException(object, objectOffset, "frame of " + length + " bytes");
    }
    int raw = (int) INT.get(bytes, offset + 4);
    int flags = bytes[offset + 1];
    int log2 = bytes[offset + 3];
    if (raw != rawLength || raw < 1 || raw > FrameEncoder.MAX_FRAME_BYTES) {
      throw new CorruptContainerException(
          object, objectOffset + 4, "raw length " + raw + ", expected " + rawLength);
    }
    if ((flags & ~FLAG_SHARED) != 0) {
      throw new CorruptContainerException(object, objectOffset + 1, "flags " + flags);
    }
    if (log2 < MIN_BLOCK_LOG2 || log2 > MAX_BLOCK_LOG2) {
      throw new CorruptContainerException(object, objectOffset + 3, "block size 2^" + log2);
    }
    DType dtype = DType.ofCode(bytes[offset + 2] & 0xff);
    int width = dtype == null ? 1 : dtype.alignmentBytes();
    BlockGrid grid = new BlockGrid(raw, width << log2);
    int shared = (flags & FLAG_SHARED) == 0 ? 0 : 1;
    int headLength = length(shared, grid.count());
    if (headLength > length) {
      throw new CorruptContainerException(
          object, objectOffset, "head of " + headLength + " bytes in " + length);
    }
    int sumAt = offset + headLength - SUM_BYTES;
    if ((int) INT.get(bytes, sumAt) != crc(bytes, offset, headLength - SUM_BYTES)) {
      throw new CorruptContainerException(object, objectOffset, "checksum of the frame's head");
    }
    FrameKind kind = FrameKind.ofCode(bytes[offset] & 0xff);
    if (kind == null) {
      throw new UnsupportedVersionException(
          object + ": frame at byte " + objectOffset + ": kind", bytes[offset] & 0xff, 0, 17);
    }
    if (dtype == null) {
      throw new UnsupportedVersionException(
          object + ": frame at byte " + objectOffset + ": element type",
          bytes[offset + 2] & 0xff,
          0,
          DType.values().length - 1);
    }
    return rows(
        object, objectOffset, bytes, offset, storedLength, kind, dtype, grid, headLength, shared);
  }

  private static FrameHead rows(
      String object,
      long objectOffset,
      byte[] bytes,
      int offset,
      int storedLength,
      FrameKind kind,
      DType dtype,
      BlockGrid grid,
      int headLength,
      int shared)
      throws CorruptContainerException {
    int row = offset + FIXED_BYTES;
    long at = headLength;
    int sharedSum = 0;
    if (shared != 0) {
      at += (int) INT.get(bytes, row) & 0xffffffffL;
      sharedSum = (int) INT.get(bytes, row + 4);
      row += ROW_BYTES;
    }
    int[] bodies = new int[grid.count() + 1];
    int[] sums = new int[grid.count()];
    for (int block = 0; block < sums.length; block++, row += ROW_BYTES) {
      if (at > storedLength) {
        break;
      }
      bodies[block] = (int) at;
      int body = (int) INT.get(bytes, row);
      if (body < 1 || body > grid.rawLength(block)) {
        throw new CorruptContainerException(
            object, objectOffset + row - offset, "stored length " + body + " of block " + block);
      }
      at += body;
      sums[block] = (int) INT.get(bytes, row + 4);
    }
    if (at != storedLength) {
      throw new CorruptContainerException(
          object, objectOffset, "blocks end at " + at + ", frame at " + storedLength);
    }
    bodies[sums.length] = storedLength;
    return new FrameHead(
        object, objectOffset, kind, dtype, grid, bodies, sums, headLength, sharedSum);
  }

  /** Bytes of a head; {@code shared} is 1 with and 0 without a shared row. */
  static int length(int shared, int blocks) {
    return FIXED_BYTES + ROW_BYTES * (shared + blocks) + SUM_BYTES;
  }

  static int crc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  public FrameKind kind() {
    return kind;
  }

  public DType dtype() {
    return dtype;
  }

  public BlockGrid grid() {
    return grid;
  }

  /** Where the shared bytes start in the frame; the head ends there. */
  public int sharedOffset() {
    return sharedOffset;
  }

  public int sharedLength() {
    return bodyOffsets[0] - sharedOffset;
  }

  int sharedSum() {
    return sharedSum;
  }

  /**
   * Where the body of {@code block} starts in the frame; for {@code grid().count()} the frame's
   * end.
   */
  public int bodyOffset(int block) {
    return bodyOffsets[block];
  }

  public int bodyLength(int block) {
    return bodyOffsets[block + 1] - bodyOffsets[block];
  }

  int sum(int block) {
    return sums[block];
  }

  /** The error for damage at {@code offset} of this frame. */
  public CorruptContainerException damaged(int offset, String reason) {
    return new CorruptContainerException(object, objectOffset + offset, reason);
  }
}
