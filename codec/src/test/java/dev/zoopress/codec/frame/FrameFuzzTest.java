package dev.zoopress.codec.frame;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.Effort;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Frames damaged behind a head whose checksum is made right again, so that the damage reaches the
 * coders. {@code -Dzoopress.fuzz.inputs} sets how many.
 */
class FrameFuzzTest {
  private static final int INPUTS = Integer.getInteger("zoopress.fuzz.inputs", 20_000);
  private static final long SEED = Long.getLong("zoopress.test.seed", 20261124L);

  @Test
  void onlyDeclaredExceptionsEscape() {
    Random random = new Random(SEED);
    DType[] dtypes = DType.values();
    FramePattern[] patterns = FramePattern.values();
    int refused = 0;
    try (FrameEncoder encoder = new FrameEncoder(Effort.FAST);
        FrameDecoder decoder = new FrameDecoder()) {
      byte[] encoded = new byte[FrameEncoder.maxEncodedLength(1 << 16)];
      byte[] frame = new byte[0];
      byte[] raw = new byte[0];
      int length = 1;
      for (int input = 0; input < INPUTS; input++) {
        if (input % 50 == 0) {
          DType dtype = dtypes[random.nextInt(dtypes.length)];
          length = (1 + random.nextInt(2000)) * Math.min(8, dtype.alignmentBytes());
          raw = new byte[length];
          patterns[random.nextInt(patterns.length)].fill(random, dtype, raw, 0, length);
          FrameShape shape = new FrameShape(dtype, 16, 0);
          frame = Arrays.copyOf(encoded, encoder.encode(raw, 0, length, shape, encoded, 0));
        }
        byte[] damaged = damage(random, frame);
        byte[] decoded = new byte[length];
        try {
          decoder.decode("fuzz", 0, damaged, 0, damaged.length, decoded, 0, length);
          // Damage to the head's sum alone was made right, and types of one width are alike.
          assertThat(decoded).as("seed %d input %d", SEED, input).isEqualTo(raw);
        } catch (CorruptContainerException | UnsupportedVersionException e) {
          refused++;
        } catch (IOException | RuntimeException e) {
          throw new AssertionError("seed " + SEED + " input " + input, e);
        }
      }
    }
    assertThat(refused).isGreaterThan(INPUTS * 9 / 10);
  }

  /** Changes a few bytes, then makes the sum of the head right. */
  private static byte[] damage(Random random, byte[] frame) {
    byte[] damaged = frame.clone();
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      int at = random.nextInt(damaged.length);
      damaged[at] ^= (byte) (1 + random.nextInt(255));
    }
    int head = FrameHead.length(frame[1] & FrameHead.FLAG_SHARED, 1);
    int sum = FrameHead.crc(damaged, 0, head - FrameHead.SUM_BYTES);
    for (int i = 0; i < FrameHead.SUM_BYTES; i++) {
      damaged[head - FrameHead.SUM_BYTES + i] = (byte) (sum >>> 8 * i);
    }
    return damaged;
  }
}
