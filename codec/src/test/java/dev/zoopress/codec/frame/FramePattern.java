package dev.zoopress.codec.frame;

import dev.zoopress.codec.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** Kinds of content that a coder must survive. */
enum FramePattern {
  CONSTANT,
  TWO_VALUED,
  RANDOM,
  ZERO_HEAVY,
  WEIGHTS,
  SPECIALS,
  CLEAN_FLOATS;

  /** Fills {@code [offset, offset + length)} with this pattern, in elements of {@code dtype}. */
  void fill(Random random, DType dtype, byte[] bytes, int offset, int length) {
    random.nextBytes(bytes);
    ByteBuffer buffer = ByteBuffer.allocate(length + 16).order(ByteOrder.LITTLE_ENDIAN);
    int width = dtype.alignmentBytes();
    long a = random.nextLong();
    long b = random.nextLong();
    for (int i = 0; i < length; i += width) {
      long value =
          switch (this) {
            case CONSTANT -> a;
            case TWO_VALUED -> random.nextInt(10) == 0 ? a : b;
            case RANDOM -> random.nextLong();
            case ZERO_HEAVY -> random.nextInt(10) < 7 ? 0 : weight(random, dtype);
            case WEIGHTS -> weight(random, dtype);
            case SPECIALS -> special(random, dtype);
            case CLEAN_FLOATS -> clean(random, dtype);
          };
      put(buffer, value, width);
    }
    buffer.get(0, bytes, offset, length);
  }

  /** A shape with or without a grid, not always one that fits. */
  static FrameShape shape(Random random, DType dtype, int length) {
    if (random.nextBoolean()) {
      return FrameShape.flat(dtype);
    }
    long columns = 1 + random.nextInt(Math.max(1, length / 8));
    return new FrameShape(dtype, columns, columns == 1 ? 0 : (random.nextInt() >>> 1) % columns);
  }

  private static void put(ByteBuffer buffer, long value, int width) {
    switch (width) {
      case 1 -> buffer.put((byte) value);
      case 2 -> buffer.putShort((short) value);
      case 4 -> buffer.putInt((int) value);
      case 8 -> buffer.putLong(value);
      default -> buffer.putLong(value).putLong(value * 31);
    }
  }

  private static long weight(Random random, DType dtype) {
    double value = random.nextGaussian() * 0.03;
    return switch (dtype) {
      case F64, C128 -> Double.doubleToRawLongBits(value);
      case F32 -> Float.floatToRawIntBits((float) value);
      case BF16 -> Float.floatToRawIntBits((float) value) >>> 16;
      case F16 -> half((float) value);
      case C64 -> Float.floatToRawIntBits((float) value) * 0x1_0000_0001L ^ random.nextInt(256);
      default -> (long) (value * 1000);
    };
  }

  private static long special(Random random, DType dtype) {
    long[] doubles = {0, 1L << 63, 0x7ff0L << 48, 0xfff0L << 48, 0x7ff8_0000_0000_1234L, 1, 3L};
    int[] floats = {0, 1 << 31, 0x7f80_0000, 0xff80_0000, 0x7fc0_1234, 0x7f80_0001, 1, 0x007f_ffff};
    int pick = random.nextInt(40);
    if (pick >= 8) {
      return weight(random, dtype);
    }
    return switch (dtype) {
      case F64, C128 -> doubles[pick % doubles.length];
      case F32, C64 -> floats[pick];
      case BF16 -> floats[pick] >>> 16;
      case F16 -> new int[] {0, 0x8000, 0x7c00, 0xfc00, 0x7e01, 0x0001, 0x03ff, 0x8001}[pick];
      default -> new long[] {0, -1, 1, Long.MIN_VALUE, Long.MAX_VALUE, 127, 128, 255}[pick];
    };
  }

  /** Wide types that hold narrow values. */
  private static long clean(Random random, DType dtype) {
    float value = (float) (random.nextGaussian() * 0.03);
    return switch (dtype) {
      case F32 ->
          random.nextInt(2000) == 0
              ? 0
              : Float.floatToRawIntBits(
                  Float.intBitsToFloat(Float.floatToRawIntBits(value) & 0xffffe000));
      case F64 -> Double.doubleToRawLongBits(value);
      case I64, I32, I16, U64, U32, U16 -> random.nextInt(100);
      default -> random.nextInt(4);
    };
  }

  private static int half(float value) {
    int bits = Float.floatToRawIntBits(value);
    int exponent = (bits >>> 23 & 0xff) - 112;
    return (bits >>> 16 & 0x8000) | (exponent <= 0 ? 0 : exponent << 10 | bits >>> 13 & 0x3ff);
  }
}
