package dev.zoopress.codec.format;

import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One {@code TensorProto} as it lies in the file; the values themselves are not read. */
final class OnnxTensor {
  private static final int DIMS = 1;
  private static final int DATA_TYPE = 2;
  private static final int FLOAT_DATA = 4;
  private static final int INT32_DATA = 5;
  private static final int NAME = 8;
  private static final int RAW_DATA = 9;
  private static final int EXTERNAL_DATA = 13;
  private static final int DATA_LOCATION = 14;
  private static final int MAX_TEXT_BYTES = 1 << 16;
  private static final int MAX_EXTERNAL_KEYS = 16;

  private final List<Long> shape = new ArrayList<>(4);
  private final Map<String, String> external = new HashMap<>();
  private String name = "";
  private long dataType;
  private long dataLocation;
  private int rawFields;
  private long rawOffset;
  private int rawLength;
  private int floatFields;
  private long floatOffset;
  private int floatLength;
  private boolean hasInts;
  private boolean intsDiffer;
  private long firstInt;

  private OnnxTensor() {}

  /** Reads the message that ends at {@code end}. */
  static OnnxTensor read(ProtoCursor proto, long end) throws IOException {
    OnnxTensor tensor = new OnnxTensor();
    while (proto.nextField(end)) {
      tensor.readField(proto, end);
    }
    return tensor;
  }

  private void readField(ProtoCursor proto, long end) throws IOException {
    if (proto.is(DIMS, ProtoCursor.VARINT)) {
      addDimension(proto, proto.varint(end));
    } else if (proto.is(DIMS, ProtoCursor.BYTES)) {
      int length = proto.length(end);
      long packedEnd = proto.position() + length;
      while (proto.position() < packedEnd) {
        addDimension(proto, proto.varint(packedEnd));
      }
    } else if (proto.is(DATA_TYPE, ProtoCursor.VARINT)) {
      dataType = proto.varint(end);
    } else if (proto.is(FLOAT_DATA, ProtoCursor.BYTES)) {
      floatLength = proto.length(end);
      floatOffset = proto.position();
      floatFields++;
      proto.skip(floatLength);
    } else if (proto.is(INT32_DATA, ProtoCursor.VARINT)) {
      addInt(proto.varint(end));
    } else if (proto.is(INT32_DATA, ProtoCursor.BYTES)) {
      int length = proto.length(end);
      long packedEnd = proto.position() + length;
      while (proto.position() < packedEnd) {
        addInt(proto.varint(packedEnd));
      }
    } else if (proto.is(NAME, ProtoCursor.BYTES)) {
      name = text(proto, proto.length(end));
    } else if (proto.is(RAW_DATA, ProtoCursor.BYTES)) {
      rawLength = proto.length(end);
      rawOffset = proto.position();
      rawFields++;
      proto.skip(rawLength);
    } else if (proto.is(EXTERNAL_DATA, ProtoCursor.BYTES)) {
      int length = proto.length(end);
      readExternal(proto, proto.position() + length);
    } else if (proto.is(DATA_LOCATION, ProtoCursor.VARINT)) {
      dataLocation = proto.varint(end);
    } else {
      proto.skipValue(end);
    }
  }

  private void addInt(long value) {
    intsDiffer |= hasInts && value != firstInt;
    firstInt = value;
    hasInts = true;
  }

  private void addDimension(ProtoCursor proto, long dimension) throws IOException {
    if (shape.size() == TensorShape.MAX_RANK) {
      throw proto.malformed("a tensor of more than " + TensorShape.MAX_RANK + " dimensions");
    }
    shape.add(dimension);
  }

  private void readExternal(ProtoCursor proto, long end) throws IOException {
    String key = "";
    String value = "";
    while (proto.nextField(end)) {
      if (proto.is(1, ProtoCursor.BYTES)) {
        key = text(proto, proto.length(end));
      } else if (proto.is(2, ProtoCursor.BYTES)) {
        value = text(proto, proto.length(end));
      } else {
        proto.skipValue(end);
      }
    }
    if (external.size() == MAX_EXTERNAL_KEYS) {
      throw proto.malformed("more than " + MAX_EXTERNAL_KEYS + " external_data entries");
    }
    external.put(key, value);
  }

  private static String text(ProtoCursor proto, int length) throws IOException {
    if (length > MAX_TEXT_BYTES) {
      throw proto.malformed("a name of " + length + " bytes, at most " + MAX_TEXT_BYTES);
    }
    return new String(proto.bytes(length), StandardCharsets.UTF_8);
  }

  String name() {
    return name;
  }

  /** Where its F32 values lie one behind the other, -1 if they do not. */
  long floatsOffset() {
    if (dataType != 1 || isExternal()) {
      return -1;
    }
    boolean raw = isPlainRaw() && floatFields == 0;
    return raw ? rawOffset : floatFields == 1 && rawFields == 0 ? floatOffset : -1;
  }

  /** How many F32 values there are at {@link #floatsOffset}. */
  int floats() {
    return (rawFields == 1 ? rawLength : floatLength) / 4;
  }

  /** Whether its values are integers in typed fields, and all the same: {@link #integer}. */
  boolean isOneInteger() {
    return hasInts && !intsDiffer && rawFields == 0 && firstInt >= -128 && firstInt <= 255;
  }

  long integer() {
    return firstInt;
  }

  List<Long> shape() {
    return shape;
  }

  long rawOffset() {
    return rawOffset;
  }

  int rawLength() {
    return rawLength;
  }

  boolean isExternal() {
    return dataLocation == 1;
  }

  /** Value of an {@code external_data} key, null where absent. */
  String external(String key) {
    return external.get(key);
  }

  /** Whether exactly one raw_data field holds what type and shape demand. */
  boolean isPlainRaw() {
    return rawFields == 1 && !isExternal() && dtype() != null && lengthBytes() == rawLength;
  }

  /** Bytes that type and shape demand, {@link TensorShape#OVERFLOW} where that is no number. */
  long lengthBytes() {
    DType dtype = dtype();
    return dtype == null ? TensorShape.OVERFLOW : TensorShape.lengthBytes(shape, dtype);
  }

  /** Null for strings, two- and four-bit integers and unknown types: such data stays opaque. */
  DType dtype() {
    return switch ((int) Math.max(-1, Math.min(dataType, 99))) {
      case 1 -> DType.F32;
      case 2 -> DType.U8;
      case 3 -> DType.I8;
      case 4 -> DType.U16;
      case 5 -> DType.I16;
      case 6 -> DType.I32;
      case 7 -> DType.I64;
      case 9 -> DType.BOOL;
      case 10 -> DType.F16;
      case 11 -> DType.F64;
      case 12 -> DType.U32;
      case 13 -> DType.U64;
      case 14 -> DType.C64;
      case 15 -> DType.C128;
      case 16 -> DType.BF16;
      case 17 -> DType.F8_E4M3;
      case 18 -> DType.F8_E4M3FNUZ;
      case 19 -> DType.F8_E5M2;
      case 20 -> DType.F8_E5M2FNUZ;
      case 23 -> DType.F4;
      case 24 -> DType.F8_E8M0;
      default -> null;
    };
  }
}
