package dev.zoopress.codec.frame;

import java.io.IOException;

/** Kind CONSTANT: the body is one element. */
final class ConstantDecoder implements BlockDecoder {
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
    if (body.remaining() != width || length % width != 0) {
      throw body.damaged(body.remaining() + " bytes for an element of " + width);
    }
    System.arraycopy(body.bytes(), body.skip(width), target, targetOffset, width);
    for (int done = width; done < length; done *= 2) {
      System.arraycopy(
          target, targetOffset, target, targetOffset + done, Math.min(done, length - done));
    }
  }

  @Override
  public void close() {}
}
