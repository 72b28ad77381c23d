package dev.zoopress.codec.view;

import dev.zoopress.codec.tensor.DType;

/** Bits of one float type as bits of another: exact, or rounded to nearest, ties to even. */
final class Floats {
  private Floats() {}

  /** The float that {@code bits} of {@code from} are; every value of the three types is one. */
  static float widen(int bits, DType from) {
    return switch (from) {
      case F32 -> Float.intBitsToFloat(bits);
      case BF16 -> Float.intBitsToFloat(bits << 16);
      case F16 -> Float.intBitsToFloat(half(bits));
      default -> throw new IllegalArgumentException("no float: " + from);
    };
  }

  private static int half(int bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = bits >>> 10 & 0x1f;
    int mantissa = bits & 0x3ff;
    if (exponent == 31) {
      return sign | 0x7f800000 | mantissa << 13;
    }
    if (exponent != 0) {
      return sign | exponent + 112 << 23 | mantissa << 13;
    }
    return sign | Float.floatToRawIntBits(mantissa * 0x1p-24f);
  }

  /** The bits of {@code to} that are nearest to the float with {@code bits}. */
  static int narrow(int bits, DType to) {
    return switch (to) {
      case F32 -> bits;
      case BF16 -> toBfloat(bits);
      case F16 -> toHalf(bits);
      default -> throw new IllegalArgumentException("no float: " + to);
    };
  }

  private static int toBfloat(int bits) {
    if ((bits & 0x7fffffff) > 0x7f800000) {
      return bits >>> 16 | 0x40;
    }
    return bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
  }

  static int toHalf(int bits) {
    int sign = bits >>> 16 & 0x8000;
    int magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) {
      return sign | 0x7e00 | magnitude >>> 13 & 0x3ff;
    }
    if (magnitude >= 0x477ff000) {
      return sign | 0x7c00;
    }
    if (magnitude >= 0x38800000) {
      int rebiased = magnitude - 0x38000000;
      return sign | rebiased + 0xfff + (rebiased >>> 13 & 1) >>> 13;
    }
    // Below the smallest normal: a multiple of 2^-24.
    return sign | (int) Math.rint(Float.intBitsToFloat(magnitude) * 0x1p24f);
  }
}
