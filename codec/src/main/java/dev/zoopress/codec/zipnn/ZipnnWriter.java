package dev.zoopress.codec.zipnn;

import dev.zoopress.codec.tensor.DType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * Writes segments as ZipNN 0.5.4 does, byte for byte, except that the input is left as it is. Not
 * thread-safe.
 *
 * <p>A segment is built in memory: give large files in streaming segments.
 */
public final class ZipnnWriter {
  /**
   * ZipNN stores a group raw unless its Huffman form is below this share, a float in its source.
   */
  private static final double THRESHOLD = 0.95f;

  private static final int LOG2_CHUNK = 18;
  private static final int MAX_HUFFMAN_BYTES = 1 << 17;

  private final byte[] group = new byte[(1 << LOG2_CHUNK) + 1];
  private final byte[] coded = new byte[MAX_HUFFMAN_BYTES + 512];

  /**
   * Bytes (format 1) of {@code dtype}; {@code log2Streaming} is 0, or the log2 of the slice in a
   * streaming file.
   */
  public byte[] bytes(byte[] raw, int offset, int length, DType dtype, int log2Streaming) {
    return segment(
        raw, offset, length, dtype, ZipnnHeader.FORMAT_BYTE, log2Streaming, 0, new byte[0]);
  }

  /**
   * A torch tensor (format 2) of {@code dtype} and {@code shape}, as in {@code .znn.safetensors}.
   */
  public byte[] tensor(byte[] raw, int offset, int length, DType dtype, List<Long> shape) {
    return segment(raw, offset, length, dtype, ZipnnHeader.FORMAT_TORCH, 0, 0, shapeBytes(shape));
  }

  /**
   * Bytes (format 1) that are the XOR of two inputs, which the package calls a delta; nothing in
   * the segment tells against what.
   */
  public byte[] delta(byte[] xored, int offset, int length, DType dtype) {
    return segment(xored, offset, length, dtype, ZipnnHeader.FORMAT_BYTE, 0, 1, new byte[0]);
  }

  private byte[] segment(
      byte[] raw,
      int offset,
      int length,
      DType dtype,
      int format,
      int log2Streaming,
      int delta,
      byte[] shape) {
    int groups = dtype.bits() / 8;
    int chunkBytes = groups == 1 ? 1 << 17 : 1 << LOG2_CHUNK;
    int chunks = length == 0 ? 0 : (length - 1) / chunkBytes + 1;
    boolean rotate = dtype == DType.F32 || dtype == DType.BF16;
    byte[] types = new byte[groups * chunks];
    long[] ends = new long[groups * chunks];
    ByteArrayOutputStream[] payloads = new ByteArrayOutputStream[groups];
    for (int g = 0; g < groups; g++) {
      payloads[g] = new ByteArrayOutputStream(length / groups);
    }
    for (int c = 0; c < chunks; c++) {
      int from = offset + c * chunkBytes;
      byte[] chunk = Arrays.copyOfRange(raw, from, Math.min(offset + length, from + chunkBytes));
      if (rotate) {
        BitRotation.forward(chunk, chunk.length, groups);
      }
      for (int g = 0; g < groups; g++) {
        int n = 0;
        for (int i = g; i < chunk.length; i += groups) {
          group[n++] = chunk[i];
        }
        int size = n > MAX_HUFFMAN_BYTES ? 0 : Huff0Encoder.encode(group, n, coded);
        boolean pays = size != 0 && size < n * THRESHOLD;
        types[g * chunks + c] = (byte) (pays ? 1 : 0);
        payloads[g].write(pays ? coded : group, 0, pays ? size : n);
        ends[g * chunks + c] = payloads[g].size();
      }
    }
    long total = ZipnnHeader.FIXED_BYTES + shape.length + types.length * 9L;
    for (ByteArrayOutputStream payload : payloads) {
      total += payload.size();
    }
    if (total > Integer.MAX_VALUE - 16) {
      throw new IllegalArgumentException(
          "segment of " + total + " bytes: write streaming segments");
    }
    ByteBuffer out = ByteBuffer.allocate((int) total).order(ByteOrder.LITTLE_ENDIAN);
    out.put((byte) 'Z').put((byte) 'N').put((byte) 0).put((byte) 5).put((byte) 4);
    out.put((byte) (dtype == DType.F32 ? 220 : 10)).put((byte) (dtype == DType.F16 ? 0 : 1));
    // The package's scripts label tensors HUFFMAN and streams AUTO; the body is the same.
    out.put((byte) (format == ZipnnHeader.FORMAT_TORCH ? 1 : 0))
        .put((byte) format)
        .put((byte) delta)
        .put(new byte[3]);
    out.put((byte) (log2Streaming == 0 ? 0 : 128 + log2Streaming)).put((byte) LOG2_CHUNK);
    out.put(ZipnnHeader.code(dtype)).putLong(length).putLong(total).put(shape).put(types);
    for (long end : ends) {
      out.putLong(end);
    }
    for (ByteArrayOutputStream payload : payloads) {
      out.put(payload.toByteArray());
    }
    return out.array();
  }

  private static byte[] shapeBytes(List<Long> shape) {
    ByteBuffer out = ByteBuffer.allocate(1 + 9 * shape.size()).order(ByteOrder.LITTLE_ENDIAN);
    out.put((byte) shape.size());
    for (long dimension : shape) {
      if (dimension < 1L << 8) {
        out.put((byte) 1).put((byte) dimension);
      } else if (dimension < 1L << 16) {
        out.put((byte) 2).putShort((short) dimension);
      } else if (dimension < 1L << 32) {
        out.put((byte) 4).putInt((int) dimension);
      } else {
        out.put((byte) 8).putLong(dimension);
      }
    }
    return Arrays.copyOf(out.array(), out.position());
  }
}
