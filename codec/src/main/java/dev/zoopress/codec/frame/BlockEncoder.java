package dev.zoopress.codec.frame;

import java.io.Closeable;

/**
 * Codes the bodies of one kind of frame. {@link FrameEncoder} owns the head, the checksums and the
 * choice between kinds, and stores a block verbatim where its body is not shorter. An instance
 * holds scratch for one frame at a time; it is used by one thread.
 */
public interface BlockEncoder extends Closeable {
  /** The kind that this encoder writes. */
  FrameKind kind();

  /** Blocks that this kind wants for {@code raw}: log2 of the elements of a block, 16 to 24. */
  int blockElementsLog2(RawFrame raw);

  /**
   * Looks at a frame and writes what all its blocks share.
   *
   * @return bytes written into {@code target} from {@code targetOffset} on, at most {@link
   *     FrameEncoder#MAX_SHARED_BYTES}; 0 where nothing is shared; -1 where this kind does not suit
   *     the frame, which then goes to the next kind
   */
  int begin(RawFrame raw, BlockGrid grid, byte[] target, int targetOffset);

  /**
   * Codes one block of the frame given to {@link #begin}; blocks are asked for once each, in order.
   *
   * <p>May write up to the block's raw length plus {@code raw length / 64 + 1024} bytes at {@code
   * targetOffset}, whatever it returns.
   *
   * @return bytes written, or -1 where the block is better stored verbatim
   */
  int encodeBlock(int block, byte[] target, int targetOffset);

  @Override
  void close();
}
