package dev.zoopress.codec.view;

/** How the elements of a base become those that are predicted. The name is written. */
public enum Rule {
  /** As they are. */
  SAME,
  /** Rounded to the nearest other float, ties to even, or widened exactly. */
  CAST,
  /** ONNX QuantizeLinear: rint(x / scale) + zero, clamped to the target's range. */
  AFFINE,
  /** GGUF Q8_0: of 32 elements a scale in F16 and 32 signed bytes. */
  Q8_0(34),
  /** GGUF Q4_0: of 32 elements a scale in F16 and 32 values of four bits. */
  Q4_0(18);

  /** Elements of a block of the GGUF rules. */
  public static final int BLOCK_ELEMENTS = 32;

  private final int blockBytes;

  Rule() {
    this(0);
  }

  Rule(int blockBytes) {
    this.blockBytes = blockBytes;
  }

  /** Whether the rule divides by scales that stand somewhere else. */
  public boolean needsScales() {
    return this == AFFINE;
  }

  /** Bytes that 32 elements become; 0 for rules that go element by element. */
  public int blockBytes() {
    return blockBytes;
  }
}
