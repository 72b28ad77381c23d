package dev.zoopress.eval.onnx;

import ai.onnxruntime.OnnxJavaType;
import dev.zoopress.codec.tensor.DType;

/** Element types that a built graph takes as weights, with their ONNX numbers. */
enum ElementType {
  FLOAT(1, OnnxJavaType.FLOAT),
  INT64(7, OnnxJavaType.INT64),
  FLOAT16(10, OnnxJavaType.FLOAT16),
  BFLOAT16(16, OnnxJavaType.BFLOAT16),
  DOUBLE(11, OnnxJavaType.DOUBLE);

  private final int onnx;
  private final OnnxJavaType java;

  ElementType(int onnx, OnnxJavaType java) {
    this.onnx = onnx;
    this.java = java;
  }

  int onnx() {
    return onnx;
  }

  OnnxJavaType java() {
    return java;
  }

  /** The type of a weight, or null when a weight of it cannot be used. */
  static ElementType ofWeight(DType dtype) {
    return switch (dtype) {
      case F32 -> FLOAT;
      case F16 -> FLOAT16;
      case BF16 -> BFLOAT16;
      default -> null;
    };
  }
}
