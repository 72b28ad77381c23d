package dev.zoopress.codec.frame;

import java.io.IOException;

/** Kind RAW: bodies as long as their blocks never get here, and there are no others. */
final class RawDecoder implements BlockDecoder {
  @Override
  public void begin(FrameHead head, FrameCursor shared) throws IOException {
    shared.finish();
  }

  @Override
  public void decodeBlock(int block, FrameCursor body, byte[] target, int targetOffset)
      throws IOException {
    throw body.damaged("short body in a raw frame");
  }

  @Override
  public void close() {}
}
