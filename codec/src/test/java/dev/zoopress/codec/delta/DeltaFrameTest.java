package dev.zoopress.codec.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.Effort;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.context.Elements;
import dev.zoopress.codec.context.TestData;
import dev.zoopress.codec.entropy.LittleEndian;
import dev.zoopress.codec.frame.BaseBytes;
import dev.zoopress.codec.frame.FrameDecoder;
import dev.zoopress.codec.frame.FrameEncoder;
import dev.zoopress.codec.frame.FrameKind;
import dev.zoopress.codec.frame.FrameShape;
import dev.zoopress.codec.tensor.DType;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class DeltaFrameTest {
  private final FrameEncoder encoder = new FrameEncoder(Effort.BEST);
  private final FrameDecoder decoder = new FrameDecoder();

  private byte[] encode(byte[] raw, byte[] base, FrameShape shape) {
    byte[] target = new byte[FrameEncoder.maxEncodedLength(raw.length)];
    int length = encoder.encode(raw, 0, raw.length, shape, base, 0, target, 0);
    return Arrays.copyOf(target, length);
  }

  private byte[] decode(byte[] frame, byte[] base, int rawLength) throws Exception {
    byte[] raw = new byte[rawLength];
    decoder.decode("frame", 0, frame, 0, frame.length, BaseBytes.of(base, 0), raw, 0, rawLength);
    return raw;
  }

  /** A neighbour of {@code raw}: every value moved a little, some a lot, some not at all. */
  private static byte[] neighbour(byte[] raw, int width, long seed) {
    Random random = new Random(seed);
    byte[] moved = raw.clone();
    for (int i = 0; i < raw.length; i += width) {
      int step = random.nextInt(8) == 0 ? random.nextInt(1 << 15) : random.nextInt(9) - 4;
      for (int b = 0; b < width && step != 0; b++) {
        int sum = (moved[i + b] & 0xff) + (step & 0xff);
        moved[i + b] = (byte) sum;
        step = (step >> 8) + (sum >>> 8);
      }
    }
    return moved;
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void everyTypeAndShapeComesBack(DType dtype) throws Exception {
    int width = dtype.alignmentBytes();
    for (TestData.Shape shape : TestData.Shape.values()) {
      for (int columns : new int[] {16, 77, 128}) {
        int count = 9000 + columns % 7;
        byte[] base = TestData.make(dtype, shape, count, columns, columns);
        byte[] raw = neighbour(base, width, 3);
        FrameShape grid = new FrameShape(dtype, columns, columns / 3);
        assertThat(Arrays.equals(decode(encode(raw, base, grid), base, raw.length), raw))
            .as("%s %s %d", dtype, shape, columns)
            .isTrue();
        byte[] other = TestData.make(dtype, TestData.Shape.WILD, count, columns, 9);
        byte[] frame = encode(other, base, FrameShape.flat(dtype));
        assertThat(Arrays.equals(decode(frame, base, raw.length), other)).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "BF16", "F16", "F8_E4M3", "I8", "I32"})
  void anyLengthComesBack(DType dtype) throws Exception {
    int width = dtype.alignmentBytes();
    byte[] base = TestData.make(dtype, TestData.Shape.CHANNELS, 5000, 32, 5);
    byte[] raw = neighbour(base, width, 1);
    for (int count : new int[] {1, 2, 7, 8, 9, 31, 63, 200, 4095, 4096, 4097, 5000}) {
      byte[] part = Arrays.copyOf(raw, count * width);
      byte[] frame = encode(part, base, new FrameShape(dtype, 32, 0));
      assertThat(decode(frame, base, part.length)).as("%d", count).isEqualTo(part);
    }
  }

  @Test
  void neverLargerThanWithoutABase() {
    byte[] raw = TestData.make(DType.BF16, TestData.Shape.CHANNELS, 50_000, 128, 1);
    byte[] stranger = TestData.make(DType.BF16, TestData.Shape.CHANNELS, 50_000, 128, 2);
    FrameShape shape = new FrameShape(DType.BF16, 128, 0);
    byte[] target = new byte[FrameEncoder.maxEncodedLength(raw.length)];
    int plain = encoder.encode(raw, 0, raw.length, shape, target, 0);
    assertThat(encode(raw, stranger, shape).length).isLessThanOrEqualTo(plain);
  }

  @Test
  void smallChangesCostLittle() throws Exception {
    byte[] base = TestData.make(DType.BF16, TestData.Shape.GAUSSIAN, 1 << 17, 256, 1);
    byte[] raw = base.clone();
    Random random = new Random(2);
    for (int i = 0; i < raw.length; i += 2) {
      raw[i] ^= (byte) (random.nextInt(10) == 0 ? 1 : 0);
    }
    byte[] frame = encode(raw, base, new FrameShape(DType.BF16, 256, 0));
    assertThat(frame[0]).isEqualTo((byte) FrameKind.DELTA.code());
    assertThat(frame.length).isLessThan(raw.length * 5 / 100);
    byte[] same = encode(base, base, new FrameShape(DType.BF16, 256, 0));
    assertThat(same.length).isLessThan(500);
    byte[] part = new byte[1000];
    decoder.decodeRange(
        "frame", 0, frame, 0, frame.length, BaseBytes.of(base, 0), raw.length, 777, 1000, part, 0);
    assertThat(part).isEqualTo(Arrays.copyOfRange(raw, 777, 1777));
  }

  @Test
  void singlesThatAreHalvesAreSubtractedAsHalves() throws Exception {
    byte[] halves = TestData.make(DType.F16, TestData.Shape.GAUSSIAN, 1 << 15, 256, 1);
    byte[] base = widened(halves);
    byte[] raw = widened(neighbour(halves, 2, 1));
    LittleEndian.putInt(raw, 40_000, 0x3f800001);
    byte[] frame = encode(raw, base, new FrameShape(DType.F32, 256, 0));
    assertThat(frame[0]).isEqualTo((byte) FrameKind.DELTA.code());
    assertThat(decode(frame, base, raw.length)).isEqualTo(raw);
  }

  private static byte[] widened(byte[] halves) {
    byte[] singles = new byte[2 * halves.length];
    for (int i = 0; i < halves.length; i += 2) {
      int half = LittleEndian.getShort(halves, i);
      LittleEndian.putInt(singles, 2 * i, Elements.widened(half));
    }
    return singles;
  }

  @Test
  void wrongOrMissingBasesAreErrors() throws Exception {
    byte[] base = TestData.make(DType.F16, TestData.Shape.GAUSSIAN, 20_000, 100, 1);
    byte[] raw = neighbour(base, 2, 1);
    byte[] frame = encode(raw, base, new FrameShape(DType.F16, 100, 0));
    assertThat(FrameKind.ofCode(frame[0]).needsBase()).isTrue();
    byte[] other = base.clone();
    other[5] ^= 1;
    assertThatThrownBy(() -> decode(frame, other, raw.length))
        .isInstanceOf(CorruptContainerException.class);
    byte[] target = new byte[raw.length];
    assertThatThrownBy(
            () -> decoder.decode("frame", 0, frame, 0, frame.length, target, 0, raw.length))
        .isInstanceOf(CorruptContainerException.class);
  }

  @Test
  void damageIsAnErrorOfOurs() throws Exception {
    for (DType dtype : new DType[] {DType.BF16, DType.F32, DType.I8, DType.I32}) {
      byte[] base = TestData.make(dtype, TestData.Shape.SIGNED_COLUMNS, 30_000, 64, 2);
      byte[] raw = neighbour(base, dtype.alignmentBytes(), 1);
      byte[] frame = encode(raw, base, new FrameShape(dtype, 64, 0));
      assertThat(FrameKind.ofCode(frame[0]).needsBase()).isTrue();
      boolean shares = frame[1] != 0;
      int sharedAt = shares ? 28 : 20;
      int sharedLength = shares ? LittleEndian.getInt(frame, 8) : 0;
      Random random = new Random(4);
      for (int i = 0; i < 2000; i++) {
        byte[] copy = frame.clone();
        boolean shared = shares && i % 2 == 0;
        int at = shared ? sharedAt + random.nextInt(sharedLength) : random.nextInt(frame.length);
        copy[at] ^= (byte) (1 << random.nextInt(8));
        if (shared) {
          LittleEndian.putInt(copy, 12, crc(copy, sharedAt, sharedLength));
          LittleEndian.putInt(copy, 24, crc(copy, 0, 24));
        }
        refuse(copy, base, shared ? raw : null, raw.length);
      }
    }
  }

  private void refuse(byte[] frame, byte[] base, byte[] raw, int rawLength) throws Exception {
    try {
      byte[] decoded = decode(frame, base, rawLength);
      if (raw == null || !Arrays.equals(raw, decoded)) {
        fail("decoded");
      }
    } catch (CorruptContainerException | UnsupportedVersionException e) {
      assertThat(e.getMessage()).contains("frame");
    }
  }

  private static int crc(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }
}
