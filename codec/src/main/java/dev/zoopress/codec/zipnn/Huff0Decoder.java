package dev.zoopress.codec.zipnn;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.Closeable;

/**
 * Decodes a Huff0 payload (tree, three stream sizes, four streams) by wrapping it into a Zstandard
 * frame with one block of compressed literals and no sequences: RFC 8878, sections 3.1.1.2 and
 * 3.1.1.3.1. Not thread-safe.
 */
final class Huff0Decoder implements Closeable {
  static final int MAX_RAW_BYTES = 1 << 17;

  private static final int PREFIX_BYTES = 6;

  private final ZstdDecompressCtx context = new ZstdDecompressCtx();
  private final byte[] frame = new byte[PREFIX_BYTES + 3 + 5 + MAX_RAW_BYTES + 1];

  /**
   * Fills {@code target[0, rawLength)} from a payload of 2 to rawLength - 1 bytes.
   *
   * @return null when it decoded to exactly that many bytes, else what was wrong
   */
  String decode(byte[] payload, int offset, int length, byte[] target, int rawLength) {
    if (rawLength > MAX_RAW_BYTES || length >= rawLength) {
      return "Huffman payload of " + length + " bytes for a group of " + rawLength;
    }
    int at = PREFIX_BYTES + 3;
    long header;
    int headerBytes;
    if (rawLength < 1 << 10) {
      header = 2 | 1 << 2 | rawLength << 4 | (long) length << 14;
      headerBytes = 3;
    } else if (rawLength < 1 << 14) {
      header = 2 | 2 << 2 | rawLength << 4 | (long) length << 18;
      headerBytes = 4;
    } else {
      header = 2 | 3 << 2 | (long) rawLength << 4 | (long) length << 22;
      headerBytes = 5;
    }
    at = put(at, header, headerBytes);
    System.arraycopy(payload, offset, frame, at, length);
    at += length;
    frame[at++] = 0;
    int blockBytes = at - PREFIX_BYTES - 3;
    put(0, 0xFD2FB528L, 4);
    frame[4] = 0;
    frame[5] = 0x38;
    put(PREFIX_BYTES, 1 | 2 << 1 | (long) blockBytes << 3, 3);
    try {
      long decoded = context.decompressByteArray(target, 0, rawLength, frame, 0, at);
      return decoded == rawLength
          ? null
          : "decodes to " + decoded + " bytes, expected " + rawLength;
    } catch (ZstdException e) {
      return "Huffman stream: " + Zstd.getErrorName(-e.getErrorCode());
    }
  }

  private int put(int at, long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      frame[at + i] = (byte) (value >>> 8 * i);
    }
    return at + bytes;
  }

  @Override
  public void close() {
    context.close();
  }
}
