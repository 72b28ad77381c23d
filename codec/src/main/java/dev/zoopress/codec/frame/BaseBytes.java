package dev.zoopress.codec.frame;

import java.io.IOException;

/** The bytes that a frame stands on: raw byte i of the frame on byte i of these. */
@FunctionalInterface
public interface BaseBytes {
  /** Fills {@code target[targetOffset, targetOffset + count)} with the bytes from {@code from}. */
  void read(int from, int count, byte[] target, int targetOffset) throws IOException;

  /** The bytes from {@code bytes[offset]} on. */
  static BaseBytes of(byte[] bytes, int offset) {
    return (from, count, target, targetOffset) ->
        System.arraycopy(bytes, offset + from, target, targetOffset, count);
  }
}
