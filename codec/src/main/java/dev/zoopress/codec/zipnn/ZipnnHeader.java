package dev.zoopress.codec.zipnn;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.MalformedInputException;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What stands before a segment's body, checked against the size of the file that holds it.
 *
 * @param format 1 bytes, 2 torch tensor, 3 NumPy array
 * @param delta 0 for plain data; else the body is the XOR with a base that the file does not name
 * @param streaming whether further segments may follow this one
 * @param chunkBytes raw bytes of every chunk but the last
 * @param dtype element type of the body
 * @param shape of a tensor or array; empty for bytes and for scalars
 * @param rawBytes length of the decoded segment
 * @param segmentBytes length of the whole segment, header included
 * @param bodyOffset where the body starts, from the segment's start
 * @param rotated whether the sign bit was moved behind the exponent before grouping
 */
public record ZipnnHeader(
    int format,
    int delta,
    boolean streaming,
    int chunkBytes,
    DType dtype,
    List<Long> shape,
    long rawBytes,
    long segmentBytes,
    int bodyOffset,
    boolean rotated) {
  static final int FIXED_BYTES = 32;
  static final int FORMAT_BYTE = 1;
  static final int FORMAT_TORCH = 2;
  static final int FORMAT_NUMPY = 3;

  /** 0.3.6, from which on float32 is laid out as here. */
  private static final int FIRST_F32 = 0x000306;

  /** 0.3.1, the same for 16 and 8 bits. */
  private static final int FIRST_OTHER = 0x000301;

  /** Any 0.5. */
  private static final int LAST = 0x0005FF;

  private static final int MAX_RANK = 64;
  private static final int MIN_LOG2_CHUNK = 10;
  private static final int MAX_LOG2_CHUNK = 26;
  private static final int F8_CHUNK_BYTES = 1 << 17;

  /** Byte groups of an element. */
  int groups() {
    return dtype.bits() / 8;
  }

  long chunks() {
    return rawBytes == 0 ? 0 : (rawBytes - 1) / chunkBytes + 1;
  }

  /** Bytes of the longest chunk. */
  int largestChunk() {
    return (int) Math.min(chunkBytes, rawBytes);
  }

  int chunkLength(long chunk) {
    return (int) Math.min(chunkBytes, rawBytes - chunk * chunkBytes);
  }

  /** Bytes of a group of a chunk of {@code chunkLength} bytes. */
  int groupLength(int group, int chunkLength) {
    return chunkLength / groups() + (group < chunkLength % groups() ? 1 : 0);
  }

  /** Where the payloads start, behind header, shape and tables. */
  long payloadOffset() {
    return bodyOffset + 9L * groups() * chunks();
  }

  /**
   * Reads and checks the header at {@code offset}.
   *
   * @throws MalformedInputException naming the byte at which the segment stops making sense
   */
  public static ZipnnHeader read(ByteSource source, long offset) throws IOException {
    long available = source.size() - offset;
    if (available < FIXED_BYTES) {
      throw new MalformedInputException(
          source.name(), offset, "ZipNN header cut short: " + available + " of 32 bytes");
    }
    byte[] fixed = new byte[FIXED_BYTES];
    source.readFully(offset, fixed, 0, FIXED_BYTES);
    ByteBuffer in = ByteBuffer.wrap(fixed).order(ByteOrder.LITTLE_ENDIAN);
    if (fixed[0] != 'Z' || fixed[1] != 'N') {
      throw new MalformedInputException(source.name(), offset, "not a ZipNN segment");
    }
    int format = fixed[8];
    require(
        format >= FORMAT_BYTE && format <= FORMAT_NUMPY,
        source,
        offset + 8,
        "unknown format " + format);
    int delta = fixed[9];
    require(delta >= 0 && delta <= 2, source, offset + 9, "unknown delta kind " + delta);
    require(
        (fixed[10] | fixed[11] | fixed[12]) == 0,
        source,
        offset + 10,
        "lossy segments are not supported");
    DType dtype = dtype(fixed[15]);
    require(dtype != null, source, offset + 15, "unsupported dtype code " + (fixed[15] & 255));
    int version = (fixed[2] & 255) << 16 | (fixed[3] & 255) << 8 | fixed[4] & 255;
    require(
        version >= (dtype == DType.F32 ? FIRST_F32 : FIRST_OTHER) && version <= LAST,
        source,
        offset + 2,
        "written by ZipNN %d.%d.%d, whose layout is not known here"
            .formatted(version >> 16, version >> 8 & 255, version & 255));
    int expectedOrder = dtype == DType.F32 ? 220 : 10;
    require(
        (fixed[5] & 255) == expectedOrder,
        source,
        offset + 5,
        "unsupported byte order " + (fixed[5] & 255));
    require(
        fixed[6] == 0 || fixed[6] == 1, source, offset + 6, "unsupported bit order " + fixed[6]);
    int log2 = fixed[14];
    require(
        log2 >= MIN_LOG2_CHUNK && log2 <= MAX_LOG2_CHUNK,
        source,
        offset + 14,
        "chunk size 2^" + log2);
    int chunkBytes = dtype.bits() == 8 ? Math.min(1 << log2, F8_CHUNK_BYTES) : 1 << log2;
    long rawBytes = in.getLong(16);
    long segmentBytes = in.getLong(24);
    require(rawBytes >= 0, source, offset + 16, "raw length " + Long.toUnsignedString(rawBytes));
    require(
        segmentBytes >= FIXED_BYTES && segmentBytes <= available,
        source,
        offset + 24,
        "segment length " + Long.toUnsignedString(segmentBytes) + ", the file has " + available);

    List<Long> shape = new ArrayList<>();
    int bodyOffset = FIXED_BYTES;
    if (format != FORMAT_BYTE) {
      bodyOffset = readShape(source, offset, segmentBytes, shape);
    }
    boolean rotated = fixed[6] == 1 && (dtype == DType.F32 || dtype == DType.BF16);
    ZipnnHeader header =
        new ZipnnHeader(
            format,
            delta,
            fixed[13] < 0,
            chunkBytes,
            dtype,
            List.copyOf(shape),
            rawBytes,
            segmentBytes,
            bodyOffset,
            rotated);
    long tables = header.groups() * 9L;
    require(
        header.chunks() <= (segmentBytes - bodyOffset) / tables,
        source,
        offset + 16,
        "raw length " + rawBytes + " needs more tables than the segment holds");
    return header;
  }

  private static int readShape(ByteSource source, long offset, long segmentBytes, List<Long> shape)
      throws IOException {
    int length = (int) Math.min(segmentBytes - FIXED_BYTES, 1 + MAX_RANK * 9);
    byte[] bytes = new byte[length];
    source.readFully(offset + FIXED_BYTES, bytes, 0, length);
    require(length > 0, source, offset + FIXED_BYTES, "shape cut short");
    int rank = bytes[0] & 255;
    require(rank <= MAX_RANK, source, offset + FIXED_BYTES, "rank " + rank);
    int at = 1;
    for (int i = 0; i < rank; i++) {
      int width = at < length ? bytes[at] : 0;
      require(
          (width == 1 || width == 2 || width == 4 || width == 8) && at + 1 + width <= length,
          source,
          offset + FIXED_BYTES + at,
          "dimension " + i + " of " + width + " bytes");
      long dimension = 0;
      for (int b = width; b > 0; b--) {
        dimension = dimension << 8 | bytes[at + b] & 255;
      }
      require(dimension >= 0, source, offset + FIXED_BYTES + at, "dimension beyond 2^63");
      shape.add(dimension);
      at += 1 + width;
    }
    return FIXED_BYTES + at;
  }

  private static DType dtype(byte code) {
    return switch (code) {
      case 1, 2 -> DType.F32;
      case 4, 5 -> DType.F16;
      case 6 -> DType.BF16;
      case 29 -> DType.F8_E4M3;
      case 30 -> DType.F8_E5M2;
      default -> null;
    };
  }

  static byte code(DType dtype) {
    return switch (dtype) {
      case F32 -> 1;
      case F16 -> 4;
      case BF16 -> 6;
      case F8_E4M3 -> 29;
      case F8_E5M2 -> 30;
      default -> throw new IllegalArgumentException("ZipNN has no coding for " + dtype);
    };
  }

  private static void require(boolean condition, ByteSource source, long offset, String reason)
      throws MalformedInputException {
    if (!condition) {
      throw new MalformedInputException(source.name(), offset, reason);
    }
  }
}
