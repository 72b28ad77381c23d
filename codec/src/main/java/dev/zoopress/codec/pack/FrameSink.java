package dev.zoopress.codec.pack;

import dev.zoopress.codec.frame.FrameShape;
import java.io.IOException;
import java.util.List;

/** Takes frames, not coded yet. */
@FunctionalInterface
interface FrameSink {
  /**
   * The frame's raw bytes are {@code raw[offset, offset + length)}; they are the caller's, and
   * change after this call returns.
   */
  void frame(byte[] raw, int offset, int length, FrameShape shape, List<FrameChunk> chunks)
      throws IOException;
}
