package dev.zoopress.codec.frame;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.Effort;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.fuzz.FuzzTarget;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

/**
 * Frames of one kind, damaged behind head and shared bytes whose checksums are made right again, so
 * that the damage reaches the coder. What is not refused must be what was encoded.
 */
public final class FrameFuzz implements FuzzTarget {
  private static final int INPUTS_PER_FRAME = 50;
  private static final int MOST_ELEMENTS = 2000;

  private final FrameKind kind;
  private final FrameEncoder encoder;
  private final FrameDecoder decoder = new FrameDecoder();
  private final byte[] encoded = new byte[FrameEncoder.maxEncodedLength(1 << 16)];
  private int made;
  private byte[] raw = {};
  private byte[] base = {};
  private byte[] frame = {};
  private byte[] decoded = {};

  public FrameFuzz(FrameKind kind) {
    this.kind = kind;
    encoder = new FrameEncoder(kind == FrameKind.GROUPED ? Effort.FAST : Effort.BEST);
  }

  @Override
  public String name() {
    return "frame-" + kind;
  }

  @Override
  public byte[] next(Random random) {
    if (made++ % INPUTS_PER_FRAME == 0) {
      do {
        encode(random);
      } while (frame[0] != kind.code());
    }
    return damage(random);
  }

  private void encode(Random random) {
    DType[] dtypes = DType.values();
    DType dtype =
        kind == FrameKind.XOR
            ? new DType[] {DType.F64, DType.I64, DType.I32, DType.U16}[random.nextInt(4)]
            : dtypes[random.nextInt(dtypes.length)];
    int length = (200 + random.nextInt(MOST_ELEMENTS)) * Math.min(8, dtype.alignmentBytes());
    length -= length % dtype.alignmentBytes();
    raw = new byte[length];
    FramePattern[] patterns = FramePattern.values();
    FramePattern pattern =
        kind == FrameKind.CONSTANT
            ? FramePattern.CONSTANT
            : patterns[random.nextInt(patterns.length)];
    pattern.fill(random, dtype, raw, 0, length);
    FrameShape shape = new FrameShape(dtype, 16 + random.nextInt(3), 0);
    int stored;
    if (kind.needsBase()) {
      base = raw.clone();
      int width = dtype.alignmentBytes();
      for (int i = 0; i < length; i += width) {
        base[i] += (byte) (random.nextInt(8) == 0 ? random.nextInt(5) - 2 : 0);
      }
      stored = encoder.encode(raw, 0, length, shape, base, 0, encoded, 0);
    } else {
      stored = encoder.encode(raw, 0, length, shape, encoded, 0);
    }
    frame = Arrays.copyOf(encoded, stored);
    decoded = new byte[length];
  }

  private byte[] damage(Random random) {
    byte[] damaged = frame.clone();
    int shared = frame[1] & FrameHead.FLAG_SHARED;
    int head = FrameHead.length(shared, 1);
    int sharedBytes = shared == 0 ? 0 : intAt(frame, FrameHead.FIXED_BYTES);
    int part = random.nextInt(8);
    int from = part == 0 ? 0 : part < 4 && sharedBytes > 0 ? head : head + sharedBytes;
    int to = part == 0 ? head : part < 4 && sharedBytes > 0 ? head + sharedBytes : frame.length;
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      int at = from + random.nextInt(random.nextBoolean() ? to - from : Math.min(24, to - from));
      damaged[at] =
          random.nextBoolean()
              ? (byte) random.nextInt()
              : (byte) (damaged[at] ^ 1 << random.nextInt(8));
    }
    if (part != 0 && sharedBytes > 0) {
      seal(damaged, FrameHead.FIXED_BYTES + 4, head, sharedBytes);
    }
    seal(damaged, head - FrameHead.SUM_BYTES, 0, head - FrameHead.SUM_BYTES);
    return damaged;
  }

  private static int intAt(byte[] bytes, int at) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
  }

  private static void seal(byte[] bytes, int sumAt, int from, int length) {
    int sum = FrameHead.crc(bytes, from, length);
    for (int i = 0; i < FrameHead.SUM_BYTES; i++) {
      bytes[sumAt + i] = (byte) (sum >>> 8 * i);
    }
  }

  @Override
  public Reach read(byte[] input) throws IOException {
    try {
      FrameHead.parse("fuzz", 0, input, 0, input.length, input.length, raw.length);
    } catch (CorruptContainerException | UnsupportedVersionException e) {
      return Reach.HEADER;
    }
    Arrays.fill(decoded, (byte) 0x55);
    try {
      if (kind.needsBase()) {
        decoder.decode(
            "fuzz", 0, input, 0, input.length, BaseBytes.of(base, 0), decoded, 0, raw.length);
      } else {
        decoder.decode("fuzz", 0, input, 0, input.length, decoded, 0, raw.length);
      }
    } catch (CorruptContainerException | UnsupportedVersionException e) {
      return Reach.REFUSED;
    }
    if (!Arrays.equals(decoded, raw)) {
      throw new IllegalStateException("wrong bytes came out");
    }
    return Reach.ACCEPTED;
  }

  @Override
  public void close() {
    encoder.close();
    decoder.close();
  }
}
