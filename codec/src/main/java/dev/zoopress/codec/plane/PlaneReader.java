package dev.zoopress.codec.plane;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.zoopress.codec.frame.FrameCursor;
import java.io.IOException;
import java.util.Arrays;

/** Reads what {@link PlaneWriter} wrote. */
final class PlaneReader {
  private final ZstdDecompressCtx zstd = new ZstdDecompressCtx();

  /** Reads a tag and its plane into {@code target[offset, offset + length)}. */
  void readTagged(FrameCursor body, byte[] target, int offset, int length) throws IOException {
    read(body.u8(), body, target, offset, length);
  }

  void read(int tag, FrameCursor body, byte[] target, int offset, int length) throws IOException {
    switch (tag) {
      case PlaneWriter.VERBATIM ->
          System.arraycopy(body.bytes(), body.skip(length), target, offset, length);
      case PlaneWriter.CONSTANT -> Arrays.fill(target, offset, offset + length, (byte) body.u8());
      case PlaneWriter.ZSTD -> {
        int stored = body.u24();
        int at = body.skip(stored);
        int got;
        try {
          got = zstd.decompressByteArray(target, offset, length, body.bytes(), at, stored);
        } catch (ZstdException e) {
          throw body.damaged("zstd: " + e.getMessage());
        }
        if (got != length) {
          throw body.damaged("plane of " + got + " bytes, expected " + length);
        }
      }
      default -> throw body.damaged("plane tag " + tag);
    }
  }

  void close() {
    zstd.close();
  }
}
