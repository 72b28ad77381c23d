package dev.zoopress.codec.plane;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.zoopress.codec.frame.BlockDecoder;
import dev.zoopress.codec.frame.FrameCursor;
import dev.zoopress.codec.frame.FrameHead;
import java.io.IOException;
import java.util.Arrays;

/** Reads frames of kind GROUPED. */
public final class GroupedDecoder implements BlockDecoder {
  private final ZstdDecompressCtx zstd = new ZstdDecompressCtx();
  private byte[] plane = new byte[0];
  private FrameHead head;

  @Override
  public void begin(FrameHead head, FrameCursor shared) throws IOException {
    shared.finish();
    this.head = head;
  }

  @Override
  public void decodeBlock(int block, FrameCursor body, byte[] target, int targetOffset)
      throws IOException {
    int width = head.dtype().alignmentBytes();
    int length = head.grid().rawLength(block);
    int layout = body.u8();
    if (layout != 0 || length % width != 0) {
      throw body.damaged("layout " + layout);
    }
    if (width == 1) {
      read(body, target, targetOffset, length);
      return;
    }
    int count = length / width;
    if (plane.length < count) {
      plane = new byte[count];
    }
    for (int lane = 0; lane < width; lane++) {
      read(body, plane, 0, count);
      for (int i = 0; i < count; i++) {
        target[targetOffset + i * width + lane] = plane[i];
      }
    }
  }

  private void read(FrameCursor body, byte[] to, int offset, int count) throws IOException {
    switch (body.u8()) {
      case PlaneWriter.VERBATIM ->
          System.arraycopy(body.bytes(), body.skip(count), to, offset, count);
      case PlaneWriter.CONSTANT -> Arrays.fill(to, offset, offset + count, (byte) body.u8());
      case PlaneWriter.ZSTD -> {
        int length = body.u24();
        int got;
        try {
          got =
              zstd.decompressByteArray(to, offset, count, body.bytes(), body.skip(length), length);
        } catch (ZstdException e) {
          throw body.damaged("zstd: " + e.getMessage());
        }
        if (got != count) {
          throw body.damaged("plane of " + got + " bytes, expected " + count);
        }
      }
      default -> throw body.damaged("unknown plane tag");
    }
  }

  @Override
  public void close() {
    zstd.close();
  }
}
