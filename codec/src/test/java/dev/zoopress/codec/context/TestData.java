package dev.zoopress.codec.context;

import dev.zoopress.codec.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** Seeded tensors of every kind that a coder might stumble over. */
public final class TestData {
  /** What a tensor looks like. */
  public enum Shape {
    GAUSSIAN,
    CHANNELS,
    ZERO_HEAVY,
    PRUNED_ROWS,
    FEW_VALUES,
    WILD,
    TINY_VALUES,
    SIGNED_COLUMNS,
    /** Floats that F16 holds exactly, nearly all of them. */
    HALVES,
    /** Rows of their own scale that integers of a byte can hold. */
    LOUD_ROWS,
    /** Hardly anything but zeros. */
    SPARSE,
    /** Magnitudes close to each other. */
    NARROW,
    /** The same, of one sign in a column. */
    LEANING,
    /** Low bits in one half of the tensor only. */
    HALF_ROUND
  }

  private TestData() {}

  /** {@code count} elements in rows of {@code columns}. */
  public static byte[] make(DType dtype, Shape shape, int count, int columns, long seed) {
    Random random = new Random(seed);
    double[] rowScale = random.doubles(count / columns + 2, -3, 3).toArray();
    double[] columnScale = random.doubles(columns, -3, 3).toArray();
    int width = dtype.alignmentBytes();
    ByteBuffer out = ByteBuffer.allocate(count * width).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      int row = i / columns;
      int column = i % columns;
      double value = random.nextGaussian() * 0.02;
      switch (shape) {
        case CHANNELS -> value *= Math.pow(2, rowScale[row] + columnScale[column]);
        case ZERO_HEAVY -> value = random.nextInt(5) == 0 ? value : 0;
        case PRUNED_ROWS -> value = row % 3 == 0 ? 0 : random.nextInt(100) == 0 ? -0.0 : value;
        case FEW_VALUES -> value = (random.nextInt(5) - 2) * 0.25;
        case TINY_VALUES -> value *= 1e-40 * Math.pow(2, random.nextInt(20));
        case SIGNED_COLUMNS ->
            value =
                Math.abs(value) * (random.nextDouble() < 0.5 + columnScale[column] / 7 ? 1 : -1);
        case LOUD_ROWS -> value *= 0.2 * Math.pow(2, rowScale[row]);
        case SPARSE -> value = random.nextInt(400) == 0 ? value : 0;
        case NARROW -> value = Math.pow(2, 7 * value - 5) * (random.nextBoolean() ? 1 : -1);
        case LEANING ->
            value =
                Math.pow(2, 7 * value - 5) * (random.nextInt(20) < 19 ^ column % 2 == 0 ? 1 : -1);
        case HALF_ROUND -> value = i < count / 2 ? Math.rint(value * 1024) / 1024 : value;
        case HALVES -> value = half(value, random);
        default -> {}
      }
      put(out, dtype, value, shape == Shape.WILD, random);
    }
    return out.array();
  }

  private static double half(double value, Random random) {
    int mask = random.nextInt(1000) == 0 ? -1 : 0xffffe000;
    return Float.intBitsToFloat(Float.floatToRawIntBits((float) value) & mask);
  }

  private static void put(ByteBuffer out, DType dtype, double value, boolean wild, Random random) {
    boolean strange = wild && random.nextInt(3) == 0;
    long any = random.nextLong();
    switch (dtype) {
      case F64 -> out.putLong(strange ? any : Double.doubleToRawLongBits(value));
      case F32 -> out.putInt(strange ? (int) any : Float.floatToRawIntBits((float) value));
      case BF16 ->
          out.putShort(
              (short) (strange ? any : Float.floatToRawIntBits((float) value) + 0x8000 >>> 16));
      case F16 -> out.putShort((short) (strange ? any : half((float) value)));
      default -> {
        for (int i = 0; i < dtype.alignmentBytes(); i++) {
          long integer = Math.round(value * 1000);
          out.put((byte) (strange ? any : integer >> 8 * i));
        }
      }
    }
  }

  /** Rounds towards zero; good enough for data. */
  static int half(float value) {
    int bits = Float.floatToRawIntBits(value);
    int exponent = (bits >>> 23 & 0xff) - 112;
    int sign = bits >>> 16 & 0x8000;
    if (exponent <= 0) {
      return sign | (int) (Math.abs(value) * 0x1p24f);
    }
    return exponent >= 31 ? sign | 0x7c00 : sign | exponent << 10 | bits >>> 13 & 0x3ff;
  }
}
