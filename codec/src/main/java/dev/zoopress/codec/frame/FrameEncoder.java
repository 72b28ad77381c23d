package dev.zoopress.codec.frame;

import dev.zoopress.codec.Effort;
import java.io.Closeable;

/**
 * Encodes one frame at a time; holds reusable scratch buffers, so use one per thread and close it.
 */
public final class FrameEncoder implements Closeable {
  /** Largest frame, in raw bytes. */
  public static final int MAX_FRAME_BYTES = 16 << 20;

  /** An encoder of the given effort. */
  public FrameEncoder(Effort effort) {}

  /** Upper bound of {@link #encode}'s result for {@code rawLength} bytes. */
  public static int maxEncodedLength(int rawLength) {
    return rawLength + (rawLength >>> 8) + 1024;
  }

  /**
   * Encodes {@code source[offset, offset + length)} into {@code target} from {@code targetOffset}
   * on and returns the number of bytes written. The frame describes itself: {@link FrameDecoder}
   * needs nothing else.
   *
   * @throws IllegalArgumentException if length is not in 1..{@link #MAX_FRAME_BYTES} or target is
   *     shorter than {@link #maxEncodedLength}
   */
  public int encode(
      byte[] source, int offset, int length, FrameShape shape, byte[] target, int targetOffset) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
