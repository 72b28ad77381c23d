package dev.zoopress.codec.view;

import dev.zoopress.codec.tensor.DType;
import java.io.Serializable;
import java.util.Objects;

/**
 * Through what a base is looked at: its elements, perhaps transposed, then turned into elements of
 * another type by a rule. What comes out are bytes that predict a frame.
 *
 * @param from element type of the base
 * @param rows rows of the base, a matrix, where it is transposed; 0 where it is not
 * @param columns its columns then, else 0
 * @param rule how elements are turned into others
 * @param to element type of what comes out; U8 for the GGUF rules
 */
public record View(DType from, int rows, int columns, Rule rule, DType to) implements Serializable {
  /**
   * The longest base that may be looked at transposed: every frame above it needs all of it to be
   * decoded, though never held as a whole.
   */
  public static final int MAX_TRANSPOSED_BYTES = 1 << 26;

  public View {
    Objects.requireNonNull(from);
    Objects.requireNonNull(rule);
    Objects.requireNonNull(to);
  }

  /** The base itself. */
  public static View same(DType dtype) {
    return new View(dtype, 0, 0, Rule.SAME, dtype);
  }

  /** This view of the transpose of a base of {@code rows} rows. */
  public View transposed(int rows, int columns) {
    return new View(from, rows, columns, rule, to);
  }

  public boolean isTransposed() {
    return rows > 0;
  }

  /** Why this is no view of a base of {@code baseBytes} bytes, or null if it is one. */
  public String problem(long baseBytes) {
    if (baseBytes < 1 || baseBytes % from.alignmentBytes() != 0) {
      return "a base of " + baseBytes + " bytes of " + from;
    }
    if (rows < 0 || columns < 0 || (rows == 0) != (columns == 0)) {
      return rows + " rows and " + columns + " columns";
    }
    boolean sound =
        switch (rule) {
          case SAME -> from == to;
          case CAST -> from != to && isFloat(from) && isFloat(to);
          case AFFINE -> isFloat(from) && (to == DType.I8 || to == DType.U8);
          case Q8_0, Q4_0 ->
              isFloat(from)
                  && to == DType.U8
                  && !isTransposed()
                  && baseBytes % ((long) Rule.BLOCK_ELEMENTS * from.alignmentBytes()) == 0;
        };
    if (!sound) {
      return "rule " + rule + " from " + from + " to " + to;
    }
    if (isTransposed()
        && (baseBytes > MAX_TRANSPOSED_BYTES
            || from.bits() % 8 != 0
            || (long) rows * columns * from.alignmentBytes() != baseBytes)) {
      return "a transpose of " + rows + " x " + columns + " of " + baseBytes + " bytes";
    }
    return null;
  }

  private static boolean isFloat(DType dtype) {
    return dtype == DType.F32 || dtype == DType.BF16 || dtype == DType.F16;
  }

  /** Bytes of what comes out of a base of {@code baseBytes} bytes. */
  public long lengthBytes(long baseBytes) {
    if (rule == Rule.SAME) {
      return baseBytes;
    }
    long elements = baseBytes / from.alignmentBytes();
    return rule.blockBytes() > 0
        ? elements / Rule.BLOCK_ELEMENTS * rule.blockBytes()
        : elements * to.alignmentBytes();
  }
}
