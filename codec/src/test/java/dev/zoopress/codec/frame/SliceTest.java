package dev.zoopress.codec.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.Effort;
import dev.zoopress.codec.context.TestData;
import dev.zoopress.codec.context.TestData.Shape;
import dev.zoopress.codec.tensor.DType;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A slice of a frame reads and decodes the blocks that hold it, and nothing of the others. */
final class SliceTest {
  private static final int COUNT = 5 << 18;
  private static final int BLOCK_BYTES = 2 << 18;

  private final byte[] raw = TestData.make(DType.BF16, Shape.CHANNELS, COUNT, 512, 7);
  private final byte[] target = new byte[FrameEncoder.maxEncodedLength(raw.length)];
  private long bytesRead;

  private byte[] encode(Effort effort, byte[] base) {
    FrameShape shape = new FrameShape(DType.BF16, 512, 0);
    try (FrameEncoder encoder = new FrameEncoder(effort)) {
      int length =
          base == null
              ? encoder.encode(raw, 0, raw.length, shape, target, 0)
              : encoder.encode(raw, 0, raw.length, shape, base, 0, target, 0);
      return Arrays.copyOf(target, length);
    }
  }

  private ByteSource counting(byte[] bytes) {
    return new ByteSource() {
      @Override
      public String name() {
        return "counted";
      }

      @Override
      public long size() {
        return bytes.length;
      }

      @Override
      public void readFully(long positionBytes, byte[] to, int offset, int length) {
        bytesRead += length;
        System.arraycopy(bytes, (int) positionBytes, to, offset, length);
      }
    };
  }

  @ParameterizedTest
  @EnumSource(Effort.class)
  void readsOnlyTheBlocksItNeeds(Effort effort) throws Exception {
    byte[] frame = encode(effort, null);
    FrameHead head = FrameHead.parse("f", 0, frame, 0, frame.length, frame.length, raw.length);
    assertThat(head.grid().blockBytes()).isEqualTo(BLOCK_BYTES);
    int from = 2 * BLOCK_BYTES + 1000;
    byte[] out = new byte[3000];
    // What does not hold the slice is damaged: whoever looks at it finds out.
    for (int block : new int[] {0, 1, 3, 4}) {
      Arrays.fill(frame, head.bodyOffset(block), head.bodyOffset(block + 1), (byte) 0);
    }
    try (FrameDecoder decoder = new FrameDecoder()) {
      decoder.decodeRange(counting(frame), 0, frame.length, raw.length, from, 3000, out, 0);
      assertThat(out).isEqualTo(Arrays.copyOfRange(raw, from, from + 3000));
      int needed = Math.max(head.bodyOffset(0), 2 * FrameHead.MAX_BYTES) + head.bodyLength(2);
      assertThat(bytesRead).isBetween((long) head.bodyLength(2), (long) needed);
      assertThatThrownBy(
              () ->
                  decoder.decodeRange(
                      counting(frame),
                      0,
                      frame.length,
                      raw.length,
                      from,
                      BLOCK_BYTES,
                      new byte[BLOCK_BYTES],
                      0))
          .isInstanceOf(CorruptContainerException.class);
    }
  }

  @Test
  void readsOnlyTheBaseUnderItsBlocks() throws Exception {
    byte[] base = raw.clone();
    IntStream.range(0, base.length / 2).forEach(i -> base[2 * i] ^= (byte) (i & 3));
    byte[] frame = encode(Effort.BEST, base);
    assertThat(frame[0]).isEqualTo((byte) FrameKind.DELTA.code());
    int[] baseRead = {Integer.MAX_VALUE, 0};
    BaseBytes counted =
        (from, count, to, at) -> {
          baseRead[0] = Math.min(baseRead[0], from);
          baseRead[1] = Math.max(baseRead[1], from + count);
          System.arraycopy(base, from, to, at, count);
        };
    int from = BLOCK_BYTES + 10;
    byte[] out = new byte[500];
    try (FrameDecoder decoder = new FrameDecoder()) {
      decoder.decodeRange("f", 0, frame, 0, frame.length, counted, raw.length, from, 500, out, 0);
    }
    assertThat(out).isEqualTo(Arrays.copyOfRange(raw, from, from + 500));
    assertThat(baseRead[0]).isGreaterThanOrEqualTo(BLOCK_BYTES);
    assertThat(baseRead[1]).isLessThanOrEqualTo(2 * BLOCK_BYTES);
  }
}
