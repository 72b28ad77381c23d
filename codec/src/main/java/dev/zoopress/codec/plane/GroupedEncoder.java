package dev.zoopress.codec.plane;

import dev.zoopress.codec.frame.BlockEncoder;
import dev.zoopress.codec.frame.BlockGrid;
import dev.zoopress.codec.frame.FrameKind;
import dev.zoopress.codec.frame.RawFrame;
import dev.zoopress.codec.tensor.DType;

/** Writes frames of kind GROUPED. */
public final class GroupedEncoder implements BlockEncoder {
  private final PlaneWriter writer = new PlaneWriter();
  private byte[] plane = new byte[0];
  private RawFrame raw;
  private BlockGrid grid;

  @Override
  public FrameKind kind() {
    return FrameKind.GROUPED;
  }

  @Override
  public int blockElementsLog2(RawFrame raw) {
    return raw.shape().dtype() == DType.OPAQUE ? 20 : 18;
  }

  @Override
  public int begin(RawFrame raw, BlockGrid grid, byte[] target, int targetOffset) {
    this.raw = raw;
    this.grid = grid;
    return 0;
  }

  @Override
  public int encodeBlock(int block, byte[] target, int targetOffset) {
    int width = raw.shape().dtype().alignmentBytes();
    int from = raw.offset() + grid.rawOffset(block);
    int length = grid.rawLength(block);
    boolean text = raw.shape().dtype() == DType.OPAQUE;
    int at = targetOffset;
    target[at++] = 0;
    if (width == 1) {
      return writer.write(raw.bytes(), from, length, text, target, at) - targetOffset;
    }
    int count = length / width;
    if (plane.length < count) {
      plane = new byte[count];
    }
    for (int lane = 0; lane < width; lane++) {
      for (int i = 0; i < count; i++) {
        plane[i] = raw.bytes()[from + i * width + lane];
      }
      at = writer.write(plane, 0, count, text, target, at);
    }
    return at - targetOffset;
  }

  @Override
  public void close() {
    writer.close();
  }
}
