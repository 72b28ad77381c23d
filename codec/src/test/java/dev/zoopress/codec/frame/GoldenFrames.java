package dev.zoopress.codec.frame;

import dev.zoopress.codec.Effort;
import dev.zoopress.codec.context.TestData;
import dev.zoopress.codec.context.TestData.Shape;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Writes the golden frames: {@code GoldenFrames FOLDER}. Only those that are not there yet: what is
 * checked in was written by a released version and stays.
 */
final class GoldenFrames {
  private GoldenFrames() {}

  /**
   * A frame and what it must decode to.
   *
   * @param base null where the frame stands alone
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Golden(String name, FrameKind kind, DType dtype, Effort effort, byte[] raw, byte[] base) {
    private static final int COLUMNS = 24;

    byte[] encode() {
      byte[] target = new byte[FrameEncoder.maxEncodedLength(raw.length)];
      FrameShape shape =
          dtype == DType.OPAQUE ? FrameShape.flat(dtype) : new FrameShape(dtype, COLUMNS, 5);
      try (FrameEncoder encoder = new FrameEncoder(effort)) {
        int length =
            base == null
                ? encoder.encode(raw, 0, raw.length, shape, target, 0)
                : encoder.encode(raw, 0, raw.length, shape, base, 0, target, 0);
        return Arrays.copyOf(target, length);
      }
    }
  }

  /** Every kind, type of element and way to model it. */
  static List<Golden> all() {
    List<Golden> frames = new ArrayList<>();
    frames.add(golden(FrameKind.RAW, DType.U8, Shape.WILD, 1000, Effort.FAST));
    frames.add(golden(FrameKind.CONSTANT, DType.F64, Shape.CHANNELS, 1, Effort.FAST));
    for (DType dtype : List.of(DType.F64, DType.F32, DType.BF16, DType.F16, DType.F8_E4M3)) {
      frames.add(golden(FrameKind.GROUPED, dtype, Shape.GAUSSIAN, 3001, Effort.FAST));
    }
    for (DType dtype : List.of(DType.I64, DType.I32, DType.I16, DType.U8, DType.BOOL)) {
      frames.add(golden(FrameKind.GROUPED, dtype, Shape.FEW_VALUES, 3001, Effort.FAST));
    }
    frames.add(golden(FrameKind.GROUPED, DType.F16, Shape.CHANNELS, 9600, Effort.FAST));
    frames.add(golden(FrameKind.GROUPED, DType.F32, Shape.WILD, 2000, Effort.FAST));
    frames.add(golden(FrameKind.GROUPED, DType.BF16, Shape.ZERO_HEAVY, 4000, Effort.FAST));
    frames.add(golden(FrameKind.GROUPED, DType.C64, Shape.FEW_VALUES, 1500, Effort.FAST));
    frames.add(golden(FrameKind.GROUPED, DType.BF16, Shape.NARROW, 4000, Effort.FAST));
    frames.add(text());
    for (DType dtype :
        List.of(DType.F64, DType.F32, DType.BF16, DType.F16, DType.F8_E4M3, DType.F8_E5M2)) {
      frames.add(golden(FrameKind.CONTEXT, dtype, Shape.GAUSSIAN, 3001, Effort.BEST));
      int count = 12_001 / dtype.alignmentBytes();
      frames.add(golden(FrameKind.CONTEXT, dtype, Shape.CHANNELS, count, Effort.BEST));
    }
    frames.add(golden(FrameKind.CONTEXT, DType.BF16, Shape.LEANING, 12_001, Effort.BEST));
    for (DType dtype : List.of(DType.I64, DType.I32, DType.I16, DType.C128)) {
      frames.add(golden(FrameKind.CONTEXT, dtype, Shape.GAUSSIAN, 2500, Effort.BEST));
    }
    frames.add(golden(FrameKind.CONTEXT, DType.I8, Shape.LOUD_ROWS, 20_001, Effort.BEST));
    frames.add(golden(FrameKind.CONTEXT, DType.BF16, Shape.PRUNED_ROWS, 5000, Effort.BEST));
    frames.add(golden(FrameKind.CONTEXT, DType.F32, Shape.TINY_VALUES, 3000, Effort.BEST));
    frames.add(golden(FrameKind.CONTEXT, DType.F32, Shape.FEW_VALUES, 5000, Effort.BEST));
    frames.add(golden(FrameKind.CONTEXT, DType.F32, Shape.HALVES, 5000, Effort.BEST));
    frames.add(golden(FrameKind.CONTEXT, DType.F32, Shape.HALF_ROUND, 9000, Effort.BEST));
    // More than one block.
    frames.add(golden(FrameKind.CONTEXT, DType.BF16, Shape.SPARSE, (1 << 18) + 999, Effort.BEST));
    frames.add(golden(FrameKind.GROUPED, DType.I16, Shape.SPARSE, (1 << 18) + 999, Effort.FAST));
    for (DType dtype :
        List.of(DType.F32, DType.BF16, DType.F16, DType.F8_E4M3, DType.F8_E5M2, DType.I8)) {
      frames.add(delta(FrameKind.DELTA, dtype, Shape.CHANNELS, 9001));
    }
    frames.add(delta(FrameKind.DELTA, DType.F32, Shape.HALVES, 5000));
    frames.add(trained());
    frames.add(delta(FrameKind.DELTA, DType.BF16, Shape.GAUSSIAN, 900));
    frames.add(delta(FrameKind.XOR, DType.F64, Shape.GAUSSIAN, 1500));
    frames.add(delta(FrameKind.XOR, DType.I32, Shape.GAUSSIAN, 3000));
    return frames;
  }

  private static Golden golden(FrameKind kind, DType dtype, Shape shape, int count, Effort effort) {
    String name = kind + "-" + dtype + "-" + shape;
    byte[] raw = TestData.make(dtype, shape, count, Golden.COLUMNS, count);
    if (kind == FrameKind.CONSTANT) {
      byte[] one = raw;
      raw = new byte[one.length * 100];
      for (int i = 0; i < raw.length; i++) {
        raw[i] = one[i % one.length];
      }
    }
    return new Golden(name, kind, dtype, effort, raw, null);
  }

  private static Golden text() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; text.length() < 5000; i++) {
      text.append("{\"layer\": ").append(i * i % 97).append(", \"name\": \"encoder\"},\n");
    }
    byte[] raw = text.toString().getBytes(StandardCharsets.UTF_8);
    return new Golden(
        "GROUPED-OPAQUE-TEXT", FrameKind.GROUPED, DType.OPAQUE, Effort.FAST, raw, null);
  }

  /** A tensor over one that differs from it a little, as after training. */
  private static Golden delta(FrameKind kind, DType dtype, Shape shape, int count) {
    byte[] raw = TestData.make(dtype, shape, count, Golden.COLUMNS, count);
    byte[] other = TestData.make(dtype, shape, count, Golden.COLUMNS, count + 1);
    byte[] base = raw.clone();
    int width = dtype.alignmentBytes();
    int low = shape == Shape.HALVES ? 2 : 0;
    int[] masks = width == 1 ? new int[] {3, 3, 7, 1} : new int[] {1, 7, 31, 127};
    for (int i = 0; i < base.length; i += width) {
      base[i + low] ^= (byte) (other[i + low] & masks[i / width / Golden.COLUMNS % 4]);
    }
    String name = kind + "-" + dtype + "-" + shape;
    return new Golden(name, kind, dtype, Effort.BEST, raw, base);
  }

  /** Every row has moved by steps of its own length. */
  private static Golden trained() {
    int count = 40_001;
    byte[] raw = TestData.make(DType.BF16, Shape.GAUSSIAN, count, Golden.COLUMNS, 9);
    ByteBuffer base = ByteBuffer.wrap(raw.clone()).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(9);
    for (int i = 0; i < count; i++) {
      double step = 1e-5 * (1 << i / Golden.COLUMNS % 8) * random.nextGaussian();
      float moved = (float) (Float.intBitsToFloat(base.getShort(2 * i) << 16) + step);
      base.putShort(2 * i, (short) (Float.floatToRawIntBits(moved) >>> 16));
    }
    return new Golden(
        "DELTA-BF16-TRAINED", FrameKind.DELTA, DType.BF16, Effort.BEST, raw, base.array());
  }

  /** See the class. */
  public static void main(String[] args) throws IOException {
    for (Golden golden : all()) {
      Path target = Path.of(args[0]).resolve(golden.name() + ".frame");
      if (!Files.exists(target)) {
        Files.write(target, golden.encode());
      }
    }
  }
}
