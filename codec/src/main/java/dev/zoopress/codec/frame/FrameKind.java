package dev.zoopress.codec.frame;

/** How the bodies of a frame are coded. Codes are written into frames and never change. */
public enum FrameKind {
  /** Every block verbatim. */
  RAW(0),
  /** One element, repeated. */
  CONSTANT(1),
  /** Bit and byte groups of the elements, each raw, constant or Huffman-coded. */
  GROUPED(2),
  /** Joint symbols under row, column and sign contexts, ANS-coded. */
  CONTEXT(3),
  /** Ordered differences to a base, conditioned on the base, ANS-coded. */
  DELTA(16),
  /** Exclusive or with a base, coded like GROUPED. */
  XOR(17);

  private final int code;

  FrameKind(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  /** Whether frames of this kind need the decoded bytes of a base. */
  public boolean needsBase() {
    return code >= 16;
  }

  /** The kind of {@code code}, or null when this build knows none. */
  public static FrameKind ofCode(int code) {
    for (FrameKind kind : values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    return null;
  }
}
