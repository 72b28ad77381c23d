package dev.zoopress.codec.delta;

import static dev.zoopress.codec.entropy.LittleEndian.getLong;
import static dev.zoopress.codec.entropy.LittleEndian.putLong;

import dev.zoopress.codec.frame.BlockEncoder;
import dev.zoopress.codec.frame.BlockGrid;
import dev.zoopress.codec.frame.FrameKind;
import dev.zoopress.codec.frame.RawFrame;
import dev.zoopress.codec.plane.GroupedEncoder;

/** Writes frames of kind XOR: the exclusive or with the base, coded like kind GROUPED. */
public final class XorEncoder implements BlockEncoder {
  private final GroupedEncoder grouped = new GroupedEncoder();
  private byte[] mixed = {};

  @Override
  public FrameKind kind() {
    return FrameKind.XOR;
  }

  @Override
  public int blockElementsLog2(RawFrame raw) {
    return grouped.blockElementsLog2(raw);
  }

  @Override
  public int begin(RawFrame raw, BlockGrid grid, byte[] target, int targetOffset) {
    int length = raw.length();
    if (mixed.length < length) {
      mixed = new byte[length];
    }
    mix(raw.bytes(), raw.offset(), raw.base(), raw.baseOffset(), length, mixed, 0);
    RawFrame inner = new RawFrame(mixed, 0, length, raw.shape(), null, 0);
    return grouped.begin(inner, grid, target, targetOffset);
  }

  @Override
  public int encodeBlock(int block, byte[] target, int targetOffset) {
    return grouped.encodeBlock(block, target, targetOffset);
  }

  /** {@code to} = {@code one} xor {@code other}, which may be the same. */
  static void mix(
      byte[] one, int oneAt, byte[] other, int otherAt, int length, byte[] to, int toAt) {
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      putLong(to, toAt + i, getLong(one, oneAt + i) ^ getLong(other, otherAt + i));
    }
    for (; i < length; i++) {
      to[toAt + i] = (byte) (one[oneAt + i] ^ other[otherAt + i]);
    }
  }

  @Override
  public void close() {
    grouped.close();
  }
}
