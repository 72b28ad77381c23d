package dev.zoopress.codec.frame;

import java.io.Closeable;
import java.io.IOException;

/**
 * Decodes frames, whole or in part; holds reusable scratch buffers: one per thread, and close it.
 */
public final class FrameDecoder implements Closeable {
  /**
   * Decodes the frame in {@code frame[offset, offset + length)} into {@code target} from {@code
   * targetOffset} on.
   *
   * @param object name for error messages
   * @param objectOffset where the frame starts in that object, for error messages
   * @param rawLength what the index says it decodes to; anything else is damage
   * @throws dev.zoopress.codec.CorruptContainerException if any byte is not as written
   * @throws dev.zoopress.codec.UnsupportedVersionException if the frame's kind is unknown
   */
  public void decode(
      String object,
      long objectOffset,
      byte[] frame,
      int offset,
      int length,
      byte[] target,
      int targetOffset,
      int rawLength)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
