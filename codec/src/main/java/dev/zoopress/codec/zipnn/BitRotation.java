package dev.zoopress.codec.zipnn;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Moves the sign bit behind the exponent and back, as ZipNN does before it groups bytes. It works
 * on the 32-bit words of a chunk; up to three bytes at the end, and so an odd last BF16, stay as
 * they are.
 */
final class BitRotation {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private BitRotation() {}

  static void forward(byte[] chunk, int length, int groups) {
    for (int at = 0; at + 4 <= length; at += 4) {
      int u = (int) INT.get(chunk, at);
      INT.set(
          chunk,
          at,
          groups == 4
              ? u << 1 & 0xFF000000 | u >>> 8 & 0x00800000 | u & 0x007FFFFF
              : u << 1 & 0xFF00FF00 | u >>> 8 & 0x00800080 | u & 0x007F007F);
    }
  }

  static void inverse(byte[] chunk, int length, int groups) {
    for (int at = 0; at + 4 <= length; at += 4) {
      int u = (int) INT.get(chunk, at);
      INT.set(
          chunk,
          at,
          groups == 4
              ? u >>> 1 & 0x7F800000 | u << 8 & 0x80000000 | u & 0x007FFFFF
              : u >>> 1 & 0x7F807F80 | u << 8 & 0x80008000 | u & 0x007F007F);
    }
  }
}
