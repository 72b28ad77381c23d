package dev.zoopress.codec.frame;

import dev.zoopress.codec.Effort;
import dev.zoopress.codec.context.ContextEncoder;
import dev.zoopress.codec.delta.DeltaEncoder;
import dev.zoopress.codec.delta.XorEncoder;
import dev.zoopress.codec.plane.GroupedEncoder;
import dev.zoopress.codec.tensor.DType;
import java.io.Closeable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * Encodes one frame at a time; holds reusable scratch buffers, so use one per thread and close it.
 *
 * <p>The result depends on the bytes, their {@link FrameShape} and the effort only. It is never
 * larger than the raw bytes plus the head.
 */
public final class FrameEncoder implements Closeable {
  /** Largest frame, in raw bytes. */
  public static final int MAX_FRAME_BYTES = 16 << 20;

  /** Most bytes that the blocks of a frame may share. */
  public static final int MAX_SHARED_BYTES = 1 << 18;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final List<BlockEncoder> kinds = new ArrayList<>();
  private final List<BlockEncoder> deltas = List.of(new DeltaEncoder(), new XorEncoder());
  private byte[] trial = new byte[0];

  /** An encoder of the given effort. */
  public FrameEncoder(Effort effort) {
    Objects.requireNonNull(effort);
    if (effort == Effort.BEST) {
      kinds.add(new ContextEncoder());
    }
    kinds.add(new GroupedEncoder());
  }

  /** Upper bound of {@link #encode}'s needs in {@code target} for {@code rawLength} bytes. */
  public static int maxEncodedLength(int rawLength) {
    return rawLength + (rawLength >>> 6) + FrameHead.MAX_BYTES + MAX_SHARED_BYTES + 2048;
  }

  /**
   * Encodes {@code source[offset, offset + length)} into {@code target} from {@code targetOffset}
   * on and returns the number of bytes written. The frame describes itself: {@link FrameDecoder}
   * needs nothing else. Target bytes behind the frame, within {@link #maxEncodedLength}, may be
   * overwritten.
   *
   * @throws IllegalArgumentException if length is not in 1..{@link #MAX_FRAME_BYTES} or target is
   *     shorter than {@link #maxEncodedLength}
   */
  public int encode(
      byte[] source, int offset, int length, FrameShape shape, byte[] target, int targetOffset) {
    Objects.checkFromIndexSize(offset, length, source.length);
    if (length < 1 || length > MAX_FRAME_BYTES) {
      throw new IllegalArgumentException("frame of " + length + " bytes");
    }
    if (targetOffset < 0 || target.length - targetOffset < maxEncodedLength(length)) {
      throw new IllegalArgumentException(
          "target has " + (target.length - targetOffset) + " bytes for a frame of " + length);
    }
    FrameShape whole =
        length % shape.dtype().alignmentBytes() == 0 ? shape : FrameShape.flat(DType.OPAQUE);
    RawFrame raw = new RawFrame(source, offset, length, whole, null, 0);
    int width = whole.dtype().alignmentBytes();
    if (length > width && repeats(source, offset, length, width)) {
      return encodeConstant(raw, target, targetOffset);
    }
    int stored = -1;
    for (BlockEncoder kind : kinds) {
      if (stored < 0) {
        stored = encodeAs(kind, raw, target, targetOffset);
      } else if (!isFloat(whole.dtype())) {
        // Integers and text may repeat, which only some kinds see.
        int other = encodeAs(kind, raw, trial(length), 0);
        if (other > 0 && other < stored) {
          System.arraycopy(trial, 0, target, targetOffset, other);
          stored = other;
        }
      }
    }
    if (stored > 0) {
      return stored;
    }
    return encodeRaw(raw, target, targetOffset);
  }

  /**
   * As {@link #encode(byte[], int, int, FrameShape, byte[], int)}, or as a difference to a base
   * where that is smaller: then {@link FrameKind#needsBase()} is true of the frame's kind, its
   * first byte.
   *
   * @param base holds bytes of the same type and length at {@code [baseOffset, baseOffset +
   *     length)}: whatever predicts the source well
   */
  public int encode(
      byte[] source,
      int offset,
      int length,
      FrameShape shape,
      byte[] base,
      int baseOffset,
      byte[] target,
      int targetOffset) {
    Objects.checkFromIndexSize(baseOffset, length, base.length);
    int plain = encode(source, offset, length, shape, target, targetOffset);
    if (target[targetOffset] == FrameKind.CONSTANT.code()) {
      return plain;
    }
    FrameShape whole =
        length % shape.dtype().alignmentBytes() == 0 ? shape : FrameShape.flat(DType.OPAQUE);
    RawFrame raw = new RawFrame(source, offset, length, whole, base, baseOffset);
    for (BlockEncoder kind : deltas) {
      int stored = encodeAs(kind, raw, trial(length), 0);
      if (stored > 0) {
        if (stored < plain) {
          System.arraycopy(trial, 0, target, targetOffset, stored);
          return stored;
        }
        break;
      }
    }
    return plain;
  }

  /** The frame's length, or -1 where this kind does not make it smaller than a raw one. */
  private static int encodeAs(BlockEncoder kind, RawFrame raw, byte[] target, int targetOffset) {
    int log2 = kind.blockElementsLog2(raw);
    BlockGrid grid = grid(raw, log2);
    int sharedAt = targetOffset + FrameHead.length(1, grid.count());
    int shared = kind.begin(raw, grid, target, sharedAt);
    if (shared < 0) {
      return -1;
    }
    int row = targetOffset + FrameHead.FIXED_BYTES;
    int at = targetOffset + FrameHead.length(0, grid.count());
    if (shared > 0) {
      INT.set(target, row, shared);
      INT.set(target, row + 4, FrameHead.crc(target, sharedAt, shared));
      row += FrameHead.ROW_BYTES;
      at = sharedAt + shared;
    }
    for (int block = 0; block < grid.count(); block++, row += FrameHead.ROW_BYTES) {
      int body = kind.encodeBlock(block, target, at);
      if (body <= 0 || body >= grid.rawLength(block)) {
        body = grid.rawLength(block);
        System.arraycopy(raw.bytes(), raw.offset() + grid.rawOffset(block), target, at, body);
      }
      row(raw, grid, block, target, row, at, body);
      at += body;
    }
    int flags = shared > 0 ? FrameHead.FLAG_SHARED : 0;
    int stored = at - targetOffset;
    if (stored >= FrameHead.length(0, grid.count()) + raw.length()) {
      return -1;
    }
    head(kind.kind(), flags, log2, raw, target, targetOffset, row);
    return stored;
  }

  private static int encodeRaw(RawFrame raw, byte[] target, int targetOffset) {
    int log2 = 18;
    BlockGrid grid = grid(raw, log2);
    int row = targetOffset + FrameHead.FIXED_BYTES;
    int at = targetOffset + FrameHead.length(0, grid.count());
    System.arraycopy(raw.bytes(), raw.offset(), target, at, raw.length());
    for (int block = 0; block < grid.count(); block++, row += FrameHead.ROW_BYTES) {
      int body = grid.rawLength(block);
      row(raw, grid, block, target, row, at, body);
      at += body;
    }
    head(FrameKind.RAW, 0, log2, raw, target, targetOffset, row);
    return at - targetOffset;
  }

  private static int encodeConstant(RawFrame raw, byte[] target, int targetOffset) {
    int log2 = FrameHead.MAX_BLOCK_LOG2;
    int at = targetOffset + FrameHead.length(0, 1);
    int width = raw.shape().dtype().alignmentBytes();
    System.arraycopy(raw.bytes(), raw.offset(), target, at, width);
    int row = targetOffset + FrameHead.FIXED_BYTES;
    row(raw, grid(raw, log2), 0, target, row, at, width);
    head(FrameKind.CONSTANT, 0, log2, raw, target, targetOffset, row + FrameHead.ROW_BYTES);
    return at + width - targetOffset;
  }

  private static BlockGrid grid(RawFrame raw, int log2) {
    return new BlockGrid(raw.length(), raw.shape().dtype().alignmentBytes() << log2);
  }

  private static void row(
      RawFrame raw, BlockGrid grid, int block, byte[] target, int row, int at, int body) {
    CRC32C crc = new CRC32C();
    crc.update(target, at, body);
    crc.update(raw.bytes(), raw.offset() + grid.rawOffset(block), grid.rawLength(block));
    INT.set(target, row, body);
    INT.set(target, row + 4, (int) crc.getValue());
  }

  private static void head(
      FrameKind kind, int flags, int log2, RawFrame raw, byte[] target, int targetOffset, int end) {
    target[targetOffset] = (byte) kind.code();
    target[targetOffset + 1] = (byte) flags;
    target[targetOffset + 2] = (byte) raw.shape().dtype().code();
    target[targetOffset + 3] = (byte) log2;
    INT.set(target, targetOffset + 4, raw.length());
    INT.set(target, end, FrameHead.crc(target, targetOffset, end - targetOffset));
  }

  private byte[] trial(int length) {
    int room = maxEncodedLength(length);
    if (trial.length < room) {
      trial = new byte[room];
    }
    return trial;
  }

  private static boolean isFloat(DType dtype) {
    return switch (dtype) {
      case F64, F32, BF16, F16, F8_E4M3, F8_E5M2, F8_E4M3FNUZ, F8_E5M2FNUZ, C64, C128 -> true;
      default -> false;
    };
  }

  /** Whether the bytes are one element of {@code width} bytes over and over. */
  private static boolean repeats(byte[] bytes, int offset, int length, int width) {
    return Arrays.equals(
        bytes, offset, offset + length - width, bytes, offset + width, offset + length);
  }

  @Override
  public void close() {
    kinds.forEach(BlockEncoder::close);
    deltas.forEach(BlockEncoder::close);
  }
}
