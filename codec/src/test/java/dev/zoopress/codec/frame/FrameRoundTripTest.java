package dev.zoopress.codec.frame;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.Effort;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FrameRoundTripTest {
  private static final long SEED = Long.getLong("zoopress.test.seed", 20261124L);

  @ParameterizedTest
  @EnumSource(DType.class)
  void everyPatternOfEverySizeComesBack(DType dtype) throws IOException {
    Random random = new Random(SEED + dtype.code());
    int width = dtype.alignmentBytes();
    int block = 1 << 18;
    try (FrameEncoder encoder = new FrameEncoder(Effort.FAST);
        FrameDecoder decoder = new FrameDecoder()) {
      for (FramePattern pattern : FramePattern.values()) {
        for (int elements : new int[] {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 1000, 4099}) {
          roundTrip(encoder, decoder, pattern, random, dtype, elements * width);
        }
        int large = block + random.nextInt(3) - 1;
        roundTrip(encoder, decoder, pattern, random, dtype, large * width);
        roundTrip(encoder, decoder, pattern, random, dtype, random.nextInt(3 * block * width) + 1);
      }
    }
  }

  private static void roundTrip(
      FrameEncoder encoder,
      FrameDecoder decoder,
      FramePattern pattern,
      Random random,
      DType dtype,
      int length)
      throws IOException {
    int offset = random.nextInt(9);
    byte[] source = new byte[offset + length + random.nextInt(9)];
    pattern.fill(random, dtype, source, offset, length);
    FrameShape shape = FramePattern.shape(random, dtype, length);
    String what = "seed " + SEED + " " + pattern + " " + shape + " of " + length;
    byte[] before = source.clone();
    int targetOffset = random.nextInt(9);
    byte[] frame = new byte[targetOffset + FrameEncoder.maxEncodedLength(length)];
    int stored = encoder.encode(source, offset, length, shape, frame, targetOffset);
    assertThat(source).as(what).isEqualTo(before);
    int width = length % dtype.alignmentBytes() == 0 ? dtype.alignmentBytes() : 1;
    int blocks = 1 + length / ((1 << 18) * width);
    assertThat(stored).as(what).isLessThanOrEqualTo(length + FrameHead.length(0, blocks));
    // Exact bounds: what lies beside the frame must not be needed, nor the bytes beside the target
    // touched.
    byte[] exact = Arrays.copyOfRange(frame, targetOffset, targetOffset + stored);
    byte[] back = new byte[length + 16];
    Arrays.fill(back, (byte) 0x5a);
    decoder.decode("test", 0, exact, 0, stored, back, 8, length);
    assertThat(Arrays.mismatch(back, 8, 8 + length, source, offset, offset + length))
        .as(what)
        .isEqualTo(-1);
    for (int i = 0; i < 8; i++) {
      assertThat(back[i]).as(what).isEqualTo((byte) 0x5a);
      assertThat(back[8 + length + i]).as(what).isEqualTo((byte) 0x5a);
    }
    assertThat(decoder.mismatch("test", frame, targetOffset, stored, null, source, offset, length))
        .as(what)
        .isEqualTo(-1);
    int differs = random.nextInt(length);
    source[offset + differs] ^= 1;
    assertThat(decoder.mismatch("test", exact, 0, stored, null, source, offset, length))
        .as(what)
        .isEqualTo(differs);
    source[offset + differs] ^= 1;
    int from = random.nextInt(length);
    int count = random.nextInt(length - from + 1);
    byte[] part = new byte[count];
    decoder.decodeRange("test", 0, exact, 0, stored, length, from, count, part, 0);
    assertThat(Arrays.mismatch(part, 0, count, source, offset + from, offset + from + count))
        .as(what + " range " + from + " + " + count)
        .isEqualTo(-1);
  }
}
