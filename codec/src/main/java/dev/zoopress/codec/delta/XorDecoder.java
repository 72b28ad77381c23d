package dev.zoopress.codec.delta;

import dev.zoopress.codec.frame.BlockDecoder;
import dev.zoopress.codec.frame.FrameCursor;
import dev.zoopress.codec.frame.FrameHead;
import dev.zoopress.codec.plane.GroupedDecoder;
import java.io.IOException;

/** Reads frames of kind XOR. */
public final class XorDecoder implements BlockDecoder {
  private final GroupedDecoder grouped = new GroupedDecoder();
  private FrameHead head;
  private byte[] base;
  private int baseOffset;

  @Override
  public void base(byte[] base, int baseOffset) {
    this.base = base;
    this.baseOffset = baseOffset;
  }

  @Override
  public void begin(FrameHead head, FrameCursor shared) throws IOException {
    this.head = head;
    grouped.begin(head, shared);
  }

  @Override
  public void decodeBlock(int block, FrameCursor body, byte[] target, int targetOffset)
      throws IOException {
    grouped.decodeBlock(block, body, target, targetOffset);
    int from = baseOffset + head.grid().rawOffset(block);
    int length = head.grid().rawLength(block);
    XorEncoder.mix(target, targetOffset, base, from, length, target, targetOffset);
  }

  @Override
  public void close() {
    grouped.close();
  }
}
