package dev.zoopress.codec.plane;

import com.github.luben.zstd.ZstdCompressCtx;
import java.util.Arrays;

/** Writes planes: each verbatim, constant, or compressed, whichever is smallest. */
final class PlaneWriter {
  static final int VERBATIM = 0;
  static final int CONSTANT = 1;
  static final int ZSTD = 2;

  static final int TAG_BYTES = 1;

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

  /** Writes {@code plane[offset, offset + length)} and returns the position behind it. */
  int write(byte[] plane, int offset, int length, boolean text, byte[] target, int at) {
    if (length == 0
        || Arrays.equals(plane, offset, offset + length - 1, plane, offset + 1, offset + length)) {
      target[at] = CONSTANT;
      target[at + 1] = length == 0 ? 0 : plane[offset];
      return at + 2;
    }
    if (length > 32) {
      ZstdCompressCtx context = text ? general : huffman;
      int body =
          context.compressByteArray(target, at + 4, target.length - at - 4, plane, offset, length);
      if (body + 3 < length) {
        target[at] = ZSTD;
        target[at + 1] = (byte) body;
        target[at + 2] = (byte) (body >>> 8);
        target[at + 3] = (byte) (body >>> 16);
        return at + 4 + body;
      }
    }
    target[at] = VERBATIM;
    System.arraycopy(plane, offset, target, at + 1, length);
    return at + 1 + length;
  }

  void close() {
    huffman.close();
    general.close();
  }
}
