package dev.zoopress.jobs.compress;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** Weights of related models: matrices of {@link #ROWS} x {@link #COLUMNS}. */
public final class Matrices {
  public static final int ROWS = 300;
  public static final int COLUMNS = 500;

  private Matrices() {}

  /** Gaussian values. */
  public static float[] weights(long seed) {
    Random random = new Random(seed);
    float[] values = new float[ROWS * COLUMNS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * 0.02);
    }
    return values;
  }

  /** Every value moved a little. */
  public static float[] tuned(float[] base, long seed) {
    Random random = new Random(seed);
    float[] values = base.clone();
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) (random.nextGaussian() * 0.00001);
    }
    return values;
  }

  /** Values as little-endian F32. */
  public static byte[] f32(float[] values) {
    ByteBuffer out = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      out.putFloat(value);
    }
    return out.array();
  }

  /** Values rounded to BF16. */
  public static byte[] bf16(float[] values) {
    ByteBuffer out = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      int bits = Float.floatToRawIntBits(value);
      out.putShort((short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16));
    }
    return out.array();
  }
}
