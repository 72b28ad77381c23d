package dev.zoopress.eval.onnx;

import dev.zoopress.codec.MalformedInputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Reads protobuf fields one by one from a part of a buffer; every length is checked. */
final class ProtoReader {
  private final String source;
  private final ByteBuffer bytes;
  private int wireType;

  ProtoReader(String source, ByteBuffer bytes) {
    this.source = source;
    this.bytes = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The next field's number, or 0 at the end. */
  int next() throws MalformedInputException {
    if (!bytes.hasRemaining()) {
      return 0;
    }
    long tag = varint();
    wireType = (int) (tag & 7);
    if (tag >>> 3 == 0 || tag >>> 3 > Integer.MAX_VALUE) {
      throw malformed("field number " + (tag >>> 3));
    }
    return (int) (tag >>> 3);
  }

  long number() throws MalformedInputException {
    require(0);
    return varint();
  }

  String text() throws MalformedInputException {
    return StandardCharsets.UTF_8.decode(part()).toString();
  }

  ProtoReader message() throws MalformedInputException {
    return new ProtoReader(source, part());
  }

  boolean isPart() {
    return wireType == 2;
  }

  /** The field's bytes; a view. */
  ByteBuffer part() throws MalformedInputException {
    require(2);
    long length = varint();
    if (length < 0 || length > bytes.remaining()) {
      throw malformed("a field of " + length + " bytes, " + bytes.remaining() + " are left");
    }
    ByteBuffer part = bytes.slice(bytes.position(), (int) length);
    bytes.position(bytes.position() + (int) length);
    return part;
  }

  void skip() throws MalformedInputException {
    switch (wireType) {
      case 0 -> varint();
      case 1 -> advance(8);
      case 2 -> part();
      case 5 -> advance(4);
      default -> throw malformed("wire type " + wireType);
    }
  }

  private void advance(int count) throws MalformedInputException {
    if (bytes.remaining() < count) {
      throw malformed("the file ends inside a field");
    }
    bytes.position(bytes.position() + count);
  }

  private void require(int expected) throws MalformedInputException {
    if (wireType != expected) {
      throw malformed("wire type " + wireType + ", expected " + expected);
    }
  }

  private long varint() throws MalformedInputException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (!bytes.hasRemaining()) {
        throw malformed("the file ends inside a number");
      }
      byte b = bytes.get();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw malformed("a number of more than 10 bytes");
  }

  private MalformedInputException malformed(String reason) {
    return new MalformedInputException(source, bytes.position(), reason);
  }
}
