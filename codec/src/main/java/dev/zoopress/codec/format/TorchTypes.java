package dev.zoopress.codec.format;

import dev.zoopress.codec.tensor.DType;

/** Element types by the names PyTorch pickles them under. */
final class TorchTypes {
  private TorchTypes() {}

  /** The element type of a storage class; null for untyped storages and unknown classes. */
  static DType ofStorageClass(PickleValue.Global storageClass) {
    if (!storageClass.module().equals("torch")) {
      return null;
    }
    return switch (storageClass.name()) {
      case "DoubleStorage" -> DType.F64;
      case "FloatStorage" -> DType.F32;
      case "HalfStorage" -> DType.F16;
      case "BFloat16Storage" -> DType.BF16;
      case "LongStorage" -> DType.I64;
      case "IntStorage", "QInt32Storage" -> DType.I32;
      case "ShortStorage" -> DType.I16;
      case "CharStorage", "QInt8Storage" -> DType.I8;
      case "ByteStorage", "QUInt8Storage" -> DType.U8;
      case "BoolStorage" -> DType.BOOL;
      case "ComplexFloatStorage" -> DType.C64;
      case "ComplexDoubleStorage" -> DType.C128;
      default -> null;
    };
  }

  /** Whether a storage class holds bytes whose type only its tensors know. */
  static boolean isUntyped(PickleValue.Global storageClass) {
    return storageClass.name().equals("UntypedStorage")
        && (storageClass.module().equals("torch.storage") || storageClass.module().equals("torch"));
  }

  /** The element type of a pickled {@code torch.dtype}; null if unknown. */
  static DType ofDtype(Object value) {
    if (!(value instanceof PickleValue.Global dtype) || !dtype.module().equals("torch")) {
      return null;
    }
    return switch (dtype.name()) {
      case "float64" -> DType.F64;
      case "float32" -> DType.F32;
      case "float16" -> DType.F16;
      case "bfloat16" -> DType.BF16;
      case "int64" -> DType.I64;
      case "int32" -> DType.I32;
      case "int16" -> DType.I16;
      case "int8" -> DType.I8;
      case "uint64" -> DType.U64;
      case "uint32" -> DType.U32;
      case "uint16" -> DType.U16;
      case "uint8" -> DType.U8;
      case "bool" -> DType.BOOL;
      case "complex64" -> DType.C64;
      case "complex128" -> DType.C128;
      case "float8_e4m3fn" -> DType.F8_E4M3;
      case "float8_e5m2" -> DType.F8_E5M2;
      case "float8_e8m0fnu" -> DType.F8_E8M0;
      case "float8_e4m3fnuz" -> DType.F8_E4M3FNUZ;
      case "float8_e5m2fnuz" -> DType.F8_E5M2FNUZ;
      case "float4_e2m1fn_x2" -> DType.F4;
      default -> null;
    };
  }
}
