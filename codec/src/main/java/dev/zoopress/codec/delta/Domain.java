package dev.zoopress.codec.delta;

import static dev.zoopress.codec.entropy.LittleEndian.getInt;
import static dev.zoopress.codec.entropy.LittleEndian.getShort;
import static dev.zoopress.codec.entropy.LittleEndian.putInt;
import static dev.zoopress.codec.entropy.LittleEndian.putShort;

import dev.zoopress.codec.context.Elements;
import dev.zoopress.codec.tensor.DType;

/**
 * In what order values are subtracted. A value of sign and magnitude is its magnitude, or the
 * complement of its magnitude where the sign is set: an integer that grows with the value, -0 just
 * below 0.
 */
enum Domain {
  /** Whole bytes; differences wrap. Contexts are the top four bits of the base. */
  INTEGER(1, 0),
  /** Floats of one byte; differences wrap. Contexts are magnitude / 8 of the base. */
  FLOAT8(1, 3),
  BF16(2, 7),
  F16(2, 10),
  /** F32 by way of F16; those that are not exact are exceptions. */
  HALF_OF_F32(4, 10),
  F32(4, 23);

  private final int elementBytes;
  private final int mantissaBits;

  Domain(int elementBytes, int mantissaBits) {
    this.elementBytes = elementBytes;
    this.mantissaBits = mantissaBits;
  }

  /** The domain of a type, or null where there is none. */
  static Domain of(DType dtype, boolean halves) {
    return switch (dtype) {
      case BF16 -> BF16;
      case F16 -> F16;
      case F32 -> halves ? HALF_OF_F32 : F32;
      case F8_E4M3, F8_E5M2, F8_E4M3FNUZ, F8_E5M2FNUZ -> FLOAT8;
      case I8, U8, BOOL, F8_E8M0 -> INTEGER;
      default -> null;
    };
  }

  int elementBytes() {
    return elementBytes;
  }

  boolean isByte() {
    return elementBytes == 1;
  }

  int mantissaBits() {
    return mantissaBits;
  }

  /** Ordered values of {@code count} elements. */
  void load(byte[] bytes, int at, int count, int[] ordered) {
    switch (this) {
      case INTEGER -> {
        for (int i = 0; i < count; i++) {
          ordered[i] = bytes[at + i];
        }
      }
      case FLOAT8 -> {
        for (int i = 0; i < count; i++) {
          int value = bytes[at + i];
          ordered[i] = value & 0x7f ^ value >> 31;
        }
      }
      case BF16, F16 -> {
        for (int i = 0; i < count; i++) {
          int value = getShort(bytes, at + 2 * i) << 16;
          ordered[i] = value >>> 16 & 0x7fff ^ value >> 31;
        }
      }
      case HALF_OF_F32 -> {
        for (int i = 0; i < count; i++) {
          int value = Elements.half(getInt(bytes, at + 4 * i)) << 16;
          ordered[i] = value >>> 16 & 0x7fff ^ value >> 31;
        }
      }
      case F32 -> {
        for (int i = 0; i < count; i++) {
          int value = getInt(bytes, at + 4 * i);
          ordered[i] = value & 0x7fffffff ^ value >> 31;
        }
      }
    }
  }

  /** Writes the elements of ordered values. */
  void store(int[] ordered, int count, byte[] bytes, int at) {
    switch (this) {
      case INTEGER -> {
        for (int i = 0; i < count; i++) {
          bytes[at + i] = (byte) ordered[i];
        }
      }
      case FLOAT8 -> {
        for (int i = 0; i < count; i++) {
          // Only 8 bits of an ordered byte count.
          int value = (byte) ordered[i];
          bytes[at + i] = (byte) ((value ^ value >> 31) & 0x7f | value & 0x80);
        }
      }
      case BF16, F16 -> {
        for (int i = 0; i < count; i++) {
          putShort(bytes, at + 2 * i, word(ordered[i]));
        }
      }
      case HALF_OF_F32 -> {
        for (int i = 0; i < count; i++) {
          putInt(bytes, at + 4 * i, Elements.widened(word(ordered[i])));
        }
      }
      case F32 -> {
        for (int i = 0; i < count; i++) {
          int value = ordered[i];
          putInt(bytes, at + 4 * i, (value ^ value >> 31) & 0x7fffffff | value & 0x80000000);
        }
      }
    }
  }

  private static int word(int ordered) {
    return (ordered ^ ordered >> 31) & 0x7fff | ordered >>> 16 & 0x8000;
  }

  /** The exponent of an ordered value, at least 1. */
  int exponent(int ordered) {
    return Math.max(1, (ordered ^ ordered >> 31) >>> mantissaBits);
  }
}
