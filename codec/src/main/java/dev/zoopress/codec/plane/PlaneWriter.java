package dev.zoopress.codec.plane;

import com.github.luben.zstd.ZstdCompressCtx;
import java.util.Arrays;

/** Writes coded planes: constant or compressed. Contexts are reused; one thread. */
final class PlaneWriter {
  /** As the plane is. */
  static final int VERBATIM = 0;

  /** One byte, repeated. */
  static final int CONSTANT = 1;

  /** A zstd frame. */
  static final int ZSTD = 2;

  /** Five bits of each byte. */
  static final int PACKED = 3;

  /** Planes shorter than this are verbatim: no table pays. */
  static final int MIN_CODED = 64;

  /** A fast strategy that hardly finds matches: what is left of zstd is its Huffman coder. */
  private final ZstdCompressCtx huffman =
      new ZstdCompressCtx()
          .setLevel(1)
          .setWindowLog(18)
          .setHashLog(6)
          .setMinMatch(7)
          .setStrategy(1)
          .setTargetLength(0)
          .setChecksum(false);

  private final ZstdCompressCtx general = new ZstdCompressCtx().setLevel(3).setChecksum(false);

  /** Writes one plane and its tag, whichever way is shortest; returns the position behind it. */
  int writeTagged(byte[] plane, int offset, int length, byte[] target, int at) {
    if (length >= MIN_CODED) {
      int end = write(plane, offset, length, huffman, target, at, at + 1);
      if (end - at <= length) {
        return end;
      }
    }
    target[at] = VERBATIM;
    System.arraycopy(plane, offset, target, at + 1, length);
    return at + 1 + length;
  }

  /** Writes a plane of symbols; its tag goes to {@code target[tagAt]}. */
  int writeSymbols(byte[] plane, int offset, int length, byte[] target, int tagAt, int at) {
    return write(plane, offset, length, huffman, target, tagAt, at);
  }

  /** As {@link #writeSymbols} for bytes that may repeat: text, integers. */
  int writeText(byte[] plane, int offset, int length, byte[] target, int tagAt, int at) {
    return write(plane, offset, length, general, target, tagAt, at);
  }

  private static int write(
      byte[] plane,
      int offset,
      int length,
      ZstdCompressCtx zstd,
      byte[] target,
      int tagAt,
      int at) {
    if (Arrays.equals(plane, offset, offset + length - 1, plane, offset + 1, offset + length)) {
      target[tagAt] = CONSTANT;
      target[at] = plane[offset];
      return at + 1;
    }
    target[tagAt] = ZSTD;
    int body =
        zstd.compressByteArray(target, at + 3, target.length - at - 3, plane, offset, length);
    target[at] = (byte) body;
    target[at + 1] = (byte) (body >>> 8);
    target[at + 2] = (byte) (body >>> 16);
    return at + 3 + body;
  }

  void close() {
    huffman.close();
    general.close();
  }
}
