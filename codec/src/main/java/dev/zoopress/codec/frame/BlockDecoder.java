package dev.zoopress.codec.frame;

import java.io.Closeable;
import java.io.IOException;

/**
 * Decodes the bodies of one kind of frame. {@link FrameDecoder} checks head, shared bytes and each
 * block's checksum; but checksums can be forged, so whatever is read here is checked before it is
 * used. One thread, one frame at a time.
 */
public interface BlockDecoder extends Closeable {
  /**
   * Takes the base's bytes: raw byte i of the frame stands on {@code base[baseOffset + i]}. Called
   * before {@link #begin} for kinds that need a base; holds the bytes under the blocks that will be
   * asked for, so {@code baseOffset} may be below 0.
   */
  default void base(byte[] base, int baseOffset) {}

  /** Takes what all blocks share; {@code shared} is empty where the frame has none. */
  void begin(FrameHead head, FrameCursor shared) throws IOException;

  /**
   * Decodes one block of the frame given to {@link #begin}, any order, into exactly {@code
   * head.grid().rawLength(block)} bytes of {@code target}; bytes outside stay as they are. Consumes
   * {@code body} to its end.
   *
   * @throws dev.zoopress.codec.CorruptContainerException if the body is not well-formed
   */
  void decodeBlock(int block, FrameCursor body, byte[] target, int targetOffset) throws IOException;

  @Override
  void close();
}
