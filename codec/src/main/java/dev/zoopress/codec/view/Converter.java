package dev.zoopress.codec.view;

import static dev.zoopress.codec.entropy.LittleEndian.getInt;
import static dev.zoopress.codec.entropy.LittleEndian.getShort;
import static dev.zoopress.codec.entropy.LittleEndian.putInt;
import static dev.zoopress.codec.entropy.LittleEndian.putShort;

import dev.zoopress.codec.tensor.DType;

/** Applies the rule of a view. Immutable. */
public final class Converter {
  private final View view;
  private final float[] scales;
  private final long scaleStride;
  private final int zero;
  private final int fromBytes;
  private final int toBytes;

  /** For views without scales. */
  public Converter(View view) {
    this(view, new float[0], 1, 0);
  }

  /**
   * For rule AFFINE; element {@code i} is divided by scale {@code i / scaleStride} modulo their
   * number.
   */
  public Converter(View view, float[] scales, long scaleStride, int zero) {
    if (view.rule() == Rule.AFFINE && scales.length == 0) {
      throw new IllegalArgumentException("no scales");
    }
    this.view = view;
    this.scales = scales.clone();
    this.scaleStride = scaleStride;
    this.zero = zero;
    this.fromBytes = view.from().alignmentBytes();
    this.toBytes = view.to().alignmentBytes();
  }

  /** Whether what an element becomes depends on where it stands. */
  public boolean needsScales() {
    return view.rule().needsScales();
  }

  /** Bytes of the base that are converted together. */
  public int unitFromBytes() {
    return view.rule().blockBytes() > 0 ? Rule.BLOCK_ELEMENTS * fromBytes : fromBytes;
  }

  /** Bytes that they become. */
  public int unitToBytes() {
    return view.rule().blockBytes() > 0 ? view.rule().blockBytes() : toBytes;
  }

  /**
   * Converts {@code units} units that follow each other, on both sides.
   *
   * @param first number of the first unit in what comes out
   */
  public void run(byte[] base, int at, int units, long first, byte[] target, int to) {
    switch (view.rule()) {
      case SAME -> System.arraycopy(base, at, target, to, units * fromBytes);
      case Q8_0 -> {
        for (int i = 0; i < units; i++) {
          q8(base, at + i * unitFromBytes(), target, to + i * unitToBytes());
        }
      }
      case Q4_0 -> {
        for (int i = 0; i < units; i++) {
          q4(base, at + i * unitFromBytes(), target, to + i * unitToBytes());
        }
      }
      default -> {
        for (int i = 0; i < units; i++) {
          element(base, at + i * fromBytes, first + i, target, to + i * toBytes);
        }
      }
    }
  }

  /** Converts one element, number {@code index} of what comes out; not for GGUF rules. */
  public void element(byte[] base, int at, long index, byte[] target, int to) {
    switch (view.rule()) {
      case SAME -> {
        switch (fromBytes) {
          case 1 -> target[to] = base[at];
          case 2 -> putShort(target, to, getShort(base, at));
          case 4 -> putInt(target, to, getInt(base, at));
          default -> System.arraycopy(base, at, target, to, fromBytes);
        }
      }
      case CAST -> {
        int bits = Floats.narrow(Float.floatToRawIntBits(value(base, at)), view.to());
        if (toBytes == 2) {
          putShort(target, to, bits);
        } else {
          putInt(target, to, bits);
        }
      }
      case AFFINE -> {
        float scale = scales[scales.length == 1 ? 0 : (int) (index / scaleStride % scales.length)];
        int low = view.to() == DType.I8 ? -128 : 0;
        double quant = Math.rint(value(base, at) / scale) + zero;
        target[to] = (byte) (int) Math.max(low, Math.min(low + 255, quant));
      }
      default -> throw new IllegalStateException("rule " + view.rule() + " has no elements");
    }
  }

  private float value(byte[] base, int at) {
    int bits = fromBytes == 4 ? getInt(base, at) : getShort(base, at) & 0xffff;
    return Floats.widen(bits, view.from());
  }

  private void q8(byte[] base, int at, byte[] target, int to) {
    float most = 0;
    for (int i = 0; i < Rule.BLOCK_ELEMENTS; i++) {
      most = Math.max(most, Math.abs(value(base, at + i * fromBytes)));
    }
    float scale = most / 127;
    float inverse = scale == 0 ? 0 : 1 / scale;
    putShort(target, to, Floats.toHalf(Float.floatToRawIntBits(scale)));
    for (int i = 0; i < Rule.BLOCK_ELEMENTS; i++) {
      float x = value(base, at + i * fromBytes) * inverse;
      double magnitude = Math.floor(Math.abs((double) x) + 0.5);
      target[to + 2 + i] = (byte) (int) (x < 0 ? -magnitude : magnitude);
    }
  }

  private void q4(byte[] base, int at, byte[] target, int to) {
    float most = 0;
    for (int i = 0; i < Rule.BLOCK_ELEMENTS; i++) {
      float x = value(base, at + i * fromBytes);
      if (Math.abs(x) > Math.abs(most)) {
        most = x;
      }
    }
    float scale = most / -8;
    float inverse = scale == 0 ? 0 : 1 / scale;
    putShort(target, to, Floats.toHalf(Float.floatToRawIntBits(scale)));
    int half = Rule.BLOCK_ELEMENTS / 2;
    for (int i = 0; i < half; i++) {
      int low = nibble(value(base, at + i * fromBytes), inverse);
      int high = nibble(value(base, at + (half + i) * fromBytes), inverse);
      target[to + 2 + i] = (byte) (low | high << 4);
    }
  }

  /** The product is not rounded before the sum, as with a fused multiply-add. */
  private static int nibble(float x, float inverse) {
    int value = (int) (float) ((double) x * inverse + 8.5);
    return Math.max(0, Math.min(15, value));
  }
}
