package dev.zoopress.codec.frame;

/**
 * How a frame's raw bytes are cut into blocks: all of {@code blockBytes}, the last one perhaps
 * shorter.
 *
 * @param rawLength bytes of the frame, at least 1
 * @param blockBytes bytes of a full block
 */
public record BlockGrid(int rawLength, int blockBytes) {
  public BlockGrid {
    if (rawLength < 1 || blockBytes < 1) {
      throw new IllegalArgumentException(rawLength + " bytes in blocks of " + blockBytes);
    }
  }

  public int count() {
    return (int) (((long) rawLength + blockBytes - 1) / blockBytes);
  }

  /** Where {@code block} starts in the frame's raw bytes. */
  public int rawOffset(int block) {
    return Math.toIntExact((long) block * blockBytes);
  }

  /** Raw bytes of {@code block}. */
  public int rawLength(int block) {
    return Math.min(blockBytes, rawLength - rawOffset(block));
  }

  /** The block that holds the raw byte at {@code rawOffset}. */
  public int blockAt(int rawOffset) {
    return rawOffset / blockBytes;
  }
}
