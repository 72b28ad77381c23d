package dev.zoopress.codec.tensor;

/**
 * Element types. {@link #code()} is written into packs and must never change; the constant's name
 * is the safetensors name where there is one.
 */
public enum DType {
  /** Bytes without known structure: headers, text, unknown containers. */
  OPAQUE(0, 8),
  F64(1, 64),
  F32(2, 32),
  BF16(3, 16),
  F16(4, 16),
  F8_E4M3(5, 8),
  F8_E5M2(6, 8),
  I64(7, 64),
  I32(8, 32),
  I16(9, 16),
  I8(10, 8),
  U64(11, 64),
  U32(12, 32),
  U16(13, 16),
  U8(14, 8),
  BOOL(15, 8),
  C64(16, 64),
  F8_E8M0(17, 8),
  F8_E4M3FNUZ(18, 8),
  F8_E5M2FNUZ(19, 8),
  F6_E2M3(20, 6),
  F6_E3M2(21, 6),
  F4(22, 4),
  C128(23, 128);

  private static final DType[] BY_CODE = new DType[values().length];

  static {
    for (DType type : values()) {
      BY_CODE[type.code] = type;
    }
  }

  private final int code;
  private final int bits;

  DType(int code, int bits) {
    this.code = code;
    this.bits = bits;
  }

  public int code() {
    return code;
  }

  /** Bits of one element; 4 and 6 are packed without padding between elements. */
  public int bits() {
    return bits;
  }

  /** Bytes that an element-aligned cut must be a multiple of: 1 for types below a byte. */
  public int alignmentBytes() {
    return Math.max(1, bits / 8);
  }

  /** The type of {@code code}, or null when this build knows none. */
  public static DType ofCode(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
