package dev.zoopress.codec.context;

import dev.zoopress.codec.frame.BlockDecoder;
import dev.zoopress.codec.frame.FrameCursor;
import dev.zoopress.codec.frame.FrameHead;
import java.io.IOException;

/** Reads frames of kind CONTEXT. */
public final class ContextDecoder implements BlockDecoder {
  private final BlockReader blocks = new BlockReader();
  private FrameHead head;

  @Override
  public void begin(FrameHead head, FrameCursor shared) throws IOException {
    this.head = head;
    blocks.begin(PlanFormat.read(head, shared));
  }

  @Override
  public void decodeBlock(int block, FrameCursor body, byte[] target, int targetOffset)
      throws IOException {
    int from = head.grid().rawOffset(block);
    blocks.decode(body, from, head.grid().rawLength(block), target, targetOffset);
  }

  @Override
  public void close() {}
}
