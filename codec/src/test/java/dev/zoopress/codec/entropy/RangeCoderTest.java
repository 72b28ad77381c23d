package dev.zoopress.codec.entropy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class RangeCoderTest {
  @Test
  void returnsWhatWasWritten() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      int count = random.nextInt(2000);
      int skew = 1 + random.nextInt(40);
      int[] values = new int[count];
      RangeEncoder out = new RangeEncoder();
      short[] models = RangeEncoder.models(64 + 256);
      for (int i = 0; i < count; i++) {
        values[i] = Math.min(255, (int) (random.nextDouble() * random.nextDouble() * skew));
        switch (i % 3) {
          case 0 -> out.tree(models, 64, 8, values[i]);
          case 1 -> out.number(models, 0, values[i] * 65_537);
          default -> out.direct(values[i], 8);
        }
      }
      int length = out.finish();
      RangeDecoder in = new RangeDecoder(out.bytes(), 0, length);
      short[] again = RangeEncoder.models(64 + 256);
      for (int i = 0; i < count; i++) {
        int value =
            switch (i % 3) {
              case 0 -> in.tree(again, 64, 8);
              case 1 -> in.number(again, 0) / 65_537;
              default -> in.direct(8);
            };
        assertThat(value).as("seed %d, value %d", seed, i).isEqualTo(values[i]);
      }
    }
  }

  @Test
  void writesNothingForNothing() {
    assertThat(new RangeEncoder().finish()).isZero();
  }

  @Test
  void anyBytesDecodeToSomething() {
    Random random = new Random(7);
    byte[] bytes = new byte[50];
    for (int i = 0; i < 200; i++) {
      random.nextBytes(bytes);
      RangeDecoder in = new RangeDecoder(bytes, 0, random.nextInt(50));
      short[] models = RangeEncoder.models(32);
      for (int k = 0; k < 500; k++) {
        assertThat(in.number(models, 0)).isNotNegative();
      }
    }
  }
}
