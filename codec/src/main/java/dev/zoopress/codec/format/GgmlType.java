package dev.zoopress.codec.format;

import dev.zoopress.codec.tensor.DType;
import java.util.List;

/**
 * How ggml lays out a tensor type.
 *
 * <p>Block-quantised types are given as bytes in a grid of one block per row, so that {@link
 * Segment#columns()} is the block's size: a coder with one context per column then sees each field
 * of the block struct (scales, mins, packed quants) apart from the others, without knowing any
 * struct.
 *
 * @param dtype element type, {@link DType#U8} for blocks
 * @param blockElements elements in one block, 1 for plain types
 * @param blockBytes bytes of one block
 */
record GgmlType(DType dtype, int blockElements, int blockBytes) {
  /** The layout of type {@code id}, null for one that this build does not know. */
  static GgmlType of(long id) {
    return switch ((int) Math.min(id, 1 << 16)) {
      case 0 -> plain(DType.F32);
      case 1 -> plain(DType.F16);
      case 2 -> block(32, 18); // Q4_0
      case 3 -> block(32, 20); // Q4_1
      case 6 -> block(32, 22); // Q5_0
      case 7 -> block(32, 24); // Q5_1
      case 8 -> block(32, 34); // Q8_0
      case 10 -> block(256, 84); // Q2_K
      case 11 -> block(256, 110); // Q3_K
      case 12 -> block(256, 144); // Q4_K
      case 13 -> block(256, 176); // Q5_K
      case 14 -> block(256, 210); // Q6_K
      case 15 -> block(256, 292); // Q8_K
      case 16 -> block(256, 66); // IQ2_XXS
      case 17 -> block(256, 74); // IQ2_XS
      case 18 -> block(256, 98); // IQ3_XXS
      case 19 -> block(256, 50); // IQ1_S
      case 20 -> block(32, 18); // IQ4_NL
      case 21 -> block(256, 110); // IQ3_S
      case 22 -> block(256, 82); // IQ2_S
      case 23 -> block(256, 136); // IQ4_XS
      case 24 -> plain(DType.I8);
      case 25 -> plain(DType.I16);
      case 26 -> plain(DType.I32);
      case 27 -> plain(DType.I64);
      case 28 -> plain(DType.F64);
      case 29 -> block(256, 56); // IQ1_M
      case 30 -> plain(DType.BF16);
      case 34 -> block(256, 54); // TQ1_0
      case 35 -> block(256, 66); // TQ2_0
      case 39 -> block(32, 17); // MXFP4
      case 40 -> block(64, 36); // NVFP4
      case 41 -> block(128, 18); // Q1_0
      default -> null;
    };
  }

  /** The segment's shape for a tensor of {@code shape}, which has {@code elements} elements. */
  List<Long> segmentShape(List<Long> shape, long elements) {
    return blockElements == 1 ? shape : List.of(elements / blockElements, (long) blockBytes);
  }

  private static GgmlType plain(DType dtype) {
    return new GgmlType(dtype, 1, dtype.bits() / 8);
  }

  private static GgmlType block(int elements, int bytes) {
    return new GgmlType(DType.U8, elements, bytes);
  }
}
