package dev.zoopress.codec.pack;

import java.io.ByteArrayOutputStream;

/** Unsigned LEB128. */
final class Varint {
  private Varint() {}

  static void write(ByteArrayOutputStream out, long value) {
    long rest = value;
    while (rest >= 0x80) {
      out.write((int) (rest & 0x7F | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
