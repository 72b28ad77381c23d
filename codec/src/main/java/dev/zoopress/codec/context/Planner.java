package dev.zoopress.codec.context;

import static dev.zoopress.codec.entropy.LittleEndian.getInt;

import dev.zoopress.codec.frame.FrameShape;
import dev.zoopress.codec.frame.RawFrame;
import dev.zoopress.codec.tensor.DType;

/** Makes the {@link Plan} of a frame from a look at its bytes. Reusable; not thread-safe. */
final class Planner {
  private static final int ORIGIN_SAMPLES = 4096;

  private final ModelChooser words = new ModelChooser();
  private final ByteModelChooser bytes = new ByteModelChooser();
  private final TableBuilder tables = new TableBuilder();
  private Grid grid;

  /** The grid of the plan last made; null where the frame has none. */
  Grid grid() {
    return grid;
  }

  /** The plan for a frame. */
  Plan plan(RawFrame raw) {
    FrameShape shape = raw.shape();
    Elements elements = elements(raw);
    int count = raw.length() / elements.elementBytes();
    grid = grid(shape, shape.dtype().alignmentBytes() / elements.elementBytes(), count);
    if (elements.codedBytes() == 1) {
      ContextModel model =
          bytes.choose(shape.dtype(), elements, raw.bytes(), raw.offset(), count, grid);
      return tables.plan(elements, null, true, model, raw, count);
    }
    WordLayout layout = layout(shape.dtype(), elements);
    ModelChooser.Choice choice =
        words.words(elements, layout, raw.bytes(), raw.offset(), count, grid);
    return tables.plan(elements, layout, choice.signInSymbol(), choice.model(), raw, count);
  }

  /** The grid of the parts of elements, {@code parts} each: 2 for complex numbers. */
  private static Grid grid(FrameShape shape, int parts, int count) {
    if (shape.columns() < 1 || shape.columns() > count / parts) {
      return null;
    }
    return new Grid((int) shape.columns() * parts, (int) shape.firstColumn() * parts, count);
  }

  private static Elements elements(RawFrame raw) {
    return switch (raw.shape().dtype()) {
      case BF16, F16 -> Elements.WORDS;
      case F32, C64 -> isHalf(raw) ? Elements.HALF_OF_32 : Elements.HIGH_OF_32;
      case F64, C128 -> Elements.HIGH_OF_64;
      case I16, U16 -> Elements.HIGH_BYTE_OF_16;
      case I32, U32 -> Elements.HIGH_BYTE_OF_32;
      case I64, U64 -> Elements.HIGH_BYTE_OF_64;
      default -> Elements.BYTES;
    };
  }

  private static WordLayout layout(DType dtype, Elements elements) {
    if (elements == Elements.HIGH_OF_64) {
      return WordLayout.F64;
    }
    return dtype == DType.F16 || elements == Elements.HALF_OF_32 ? WordLayout.F16 : WordLayout.BF16;
  }

  /** Whether nearly all F32 are exact through F16 and some are not exact through BF16. */
  private static boolean isHalf(RawFrame raw) {
    int count = raw.length() / 4;
    int step = Math.max(1, count / ORIGIN_SAMPLES);
    int others = 0;
    int seen = 0;
    boolean low = false;
    for (int i = 0; i < count; i += step) {
      int bits = getInt(raw.bytes(), raw.offset() + 4 * i);
      low |= (bits & 0xffff) != 0;
      others += Elements.isHalf(bits) ? 0 : 1;
      seen++;
    }
    return low && others <= seen >> 8;
  }
}
