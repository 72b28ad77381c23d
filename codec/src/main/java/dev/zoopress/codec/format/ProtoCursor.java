package dev.zoopress.codec.format;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.MalformedInputException;
import java.io.IOException;

/** Reads the protobuf wire format field by field, inside message bounds that the caller carries. */
final class ProtoCursor {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int FIXED32 = 5;

  private static final int MAX_FIELD = (1 << 29) - 1;

  private final SourceCursor cursor;
  private int field;
  private int wireType;

  ProtoCursor(ByteSource source) {
    cursor = new SourceCursor(source, 0, source.size());
  }

  long position() {
    return cursor.position();
  }

  MalformedInputException malformed(String reason) {
    return cursor.malformed(reason);
  }

  /** Field number of the last tag. */
  int field() {
    return field;
  }

  /** Wire type of the last tag: one of the constants above. */
  int wireType() {
    return wireType;
  }

  /**
   * Whether the last tag is {@code number} with the given wire type; a mismatch is an unknown
   * field.
   */
  boolean is(int number, int type) {
    return field == number && wireType == type;
  }

  /** Reads a tag; false at the end of the message. */
  boolean nextField(long messageEnd) throws IOException {
    if (cursor.position() == messageEnd) {
      return false;
    }
    long start = cursor.position();
    long tag = varint(messageEnd);
    long number = tag >>> 3;
    wireType = (int) (tag & 7);
    if (number < 1 || number > MAX_FIELD) {
      throw cursor.malformed(start, "field number " + Long.toUnsignedString(number));
    }
    if (wireType != VARINT && wireType != FIXED64 && wireType != BYTES && wireType != FIXED32) {
      throw cursor.malformed(start, "wire type " + wireType + " in field " + number);
    }
    field = (int) number;
    return true;
  }

  /** A base-128 number of at most ten bytes and 64 bits. */
  long varint(long messageEnd) throws IOException {
    long start = cursor.position();
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (cursor.position() >= messageEnd) {
        throw cursor.malformed(start, "a number runs past the end of its message");
      }
      int b = cursor.u8();
      if (shift == 63 && b > 1) {
        break;
      }
      value |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw cursor.malformed(start, "a number has more than 64 bits");
  }

  /** Length of the field whose {@link #BYTES} tag was just read: it fits the message and an int. */
  int length(long messageEnd) throws IOException {
    long start = cursor.position();
    long length = varint(messageEnd);
    if (length < 0 || length > messageEnd - cursor.position()) {
      throw cursor.malformed(
          start,
          "field "
              + field
              + " claims "
              + Long.toUnsignedString(length)
              + " bytes, its message has "
              + (messageEnd - cursor.position())
              + " left");
    }
    if (length > Integer.MAX_VALUE) {
      throw cursor.malformed(start, "field " + field + " exceeds protobuf's limit of 2 GB");
    }
    return (int) length;
  }

  /** The next {@code length} bytes; the caller has bounded {@code length}. */
  byte[] bytes(int length) throws IOException {
    return cursor.bytes(length);
  }

  void skip(long lengthBytes) throws IOException {
    cursor.skip(lengthBytes);
  }

  /** Steps over the value of the last tag. */
  void skipValue(long messageEnd) throws IOException {
    switch (wireType) {
      case VARINT -> varint(messageEnd);
      case BYTES -> cursor.skip(length(messageEnd));
      default -> {
        int width = wireType == FIXED64 ? 8 : 4;
        if (messageEnd - cursor.position() < width) {
          throw cursor.malformed("a fixed-width number runs past the end of its message");
        }
        cursor.skip(width);
      }
    }
  }
}
