package dev.zoopress.codec.context;

import dev.zoopress.codec.entropy.RangeEncoder;
import dev.zoopress.codec.frame.BlockEncoder;
import dev.zoopress.codec.frame.BlockGrid;
import dev.zoopress.codec.frame.FrameEncoder;
import dev.zoopress.codec.frame.FrameKind;
import dev.zoopress.codec.frame.RawFrame;
import dev.zoopress.codec.tensor.DType;

/** Writes frames of kind CONTEXT. */
public final class ContextEncoder implements BlockEncoder {
  private static final int BLOCK_LOG2 = 18;

  private final Planner planner = new Planner();
  private final BlockCoder blocks = new BlockCoder();
  private final RangeEncoder side = new RangeEncoder();
  private RawFrame raw;
  private BlockGrid grid;

  @Override
  public FrameKind kind() {
    return FrameKind.CONTEXT;
  }

  @Override
  public int blockElementsLog2(RawFrame raw) {
    // A complex number counts as two elements in here.
    DType dtype = raw.shape().dtype();
    return dtype == DType.C64 || dtype == DType.C128 ? BLOCK_LOG2 - 1 : BLOCK_LOG2;
  }

  @Override
  public int begin(RawFrame raw, BlockGrid grid, byte[] target, int targetOffset) {
    this.raw = raw;
    this.grid = grid;
    if (raw.shape().dtype() == DType.OPAQUE && raw.shape().columns() == 0) {
      return -1;
    }
    Plan plan = planner.plan(raw);
    side.reset();
    PlanFormat.write(plan, planner.grid(), side);
    int length = side.finish();
    if (length > FrameEncoder.MAX_SHARED_BYTES || length > raw.length() / 2) {
      return -1;
    }
    System.arraycopy(side.bytes(), 0, target, targetOffset, length);
    blocks.begin(plan);
    return length;
  }

  @Override
  public int encodeBlock(int block, byte[] target, int targetOffset) {
    int from = grid.rawOffset(block);
    return blocks.encode(
        raw.bytes(), raw.offset(), from, grid.rawLength(block), target, targetOffset);
  }

  @Override
  public void close() {}
}
