package dev.zoopress.codec.format;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes containers by hand: little-endian numbers, protobuf fields, GGUF strings. */
final class Bytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  Bytes u8(int... values) {
    for (int value : values) {
      out.write(value);
    }
    return this;
  }

  Bytes u16(int value) {
    return number(value, 2);
  }

  Bytes u32(long value) {
    return number(value, 4);
  }

  Bytes u64(long value) {
    return number(value, 8);
  }

  Bytes raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  Bytes text(String text) {
    return raw(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A GGUF string: length, then text. */
  Bytes string(String text) {
    return u64(text.getBytes(StandardCharsets.UTF_8).length).text(text);
  }

  Bytes zeros(int count) {
    return raw(new byte[count]);
  }

  Bytes align(int to) {
    return zeros((to - out.size() % to) % to);
  }

  Bytes varint(long value) {
    long rest = value;
    while (rest >>> 7 != 0) {
      out.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
    return this;
  }

  /** A protobuf number. */
  Bytes field(int number, long value) {
    return varint((long) number << 3).varint(value);
  }

  /** A protobuf message, text or bytes. */
  Bytes field(int number, byte[] value) {
    return varint((long) number << 3 | 2).varint(value.length).raw(value);
  }

  Bytes field(int number, String value) {
    return field(number, value.getBytes(StandardCharsets.UTF_8));
  }

  int size() {
    return out.size();
  }

  byte[] done() {
    return out.toByteArray();
  }

  private Bytes number(long value, int width) {
    for (int i = 0; i < width; i++) {
      out.write((int) (value >>> (8 * i)));
    }
    return this;
  }
}
