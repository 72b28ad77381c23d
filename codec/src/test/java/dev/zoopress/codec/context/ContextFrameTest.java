package dev.zoopress.codec.context;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.Effort;
import dev.zoopress.codec.UnsupportedVersionException;
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

final class ContextFrameTest {
  private final FrameEncoder encoder = new FrameEncoder(Effort.BEST);
  private final FrameDecoder decoder = new FrameDecoder();

  private byte[] encode(byte[] raw, FrameShape shape) {
    byte[] target = new byte[FrameEncoder.maxEncodedLength(raw.length)];
    return Arrays.copyOf(target, encoder.encode(raw, 0, raw.length, shape, target, 0));
  }

  private byte[] decode(byte[] frame, int rawLength) throws Exception {
    byte[] raw = new byte[rawLength];
    decoder.decode("frame", 0, frame, 0, frame.length, raw, 0, rawLength);
    return raw;
  }

  private void check(byte[] raw, FrameShape shape) throws Exception {
    byte[] frame = encode(raw, shape);
    assertThat(Arrays.equals(decode(frame, raw.length), raw))
        .as("%d bytes, %s", raw.length, shape)
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void everyTypeAndShapeComesBack(DType dtype) throws Exception {
    int width = dtype.alignmentBytes();
    for (TestData.Shape shape : TestData.Shape.values()) {
      for (int columns : new int[] {16, 48, 77, 128}) {
        int count = 9000 + columns % 7;
        byte[] raw = TestData.make(dtype, shape, count, columns, columns);
        check(raw, new FrameShape(dtype, columns, 0));
        int cut = width * (columns / 3);
        byte[] inner = Arrays.copyOfRange(raw, cut, raw.length - 5 * width);
        check(inner, new FrameShape(dtype, columns, columns / 3));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F64", "F32", "BF16", "F16", "F8_E4M3", "I8"})
  void anyLengthComesBack(DType dtype) throws Exception {
    int width = dtype.alignmentBytes();
    byte[] raw = TestData.make(dtype, TestData.Shape.CHANNELS, 5000, 32, 5);
    for (int count = 1; count < 70; count++) {
      check(Arrays.copyOf(raw, count * width), new FrameShape(dtype, 32, 0));
    }
    for (int count : new int[] {4095, 4096, 4097, 4999}) {
      check(Arrays.copyOf(raw, count * width), FrameShape.flat(dtype));
      check(Arrays.copyOf(raw, count * width), new FrameShape(dtype, 32, 31));
    }
  }

  @Test
  void severalBlocksComeBackWholeAndInPart() throws Exception {
    for (int columns : new int[] {512, 333}) {
      int count = (1 << 19) + 12_345;
      byte[] raw = TestData.make(DType.BF16, TestData.Shape.CHANNELS, count, columns, 11);
      byte[] frame = encode(raw, new FrameShape(DType.BF16, columns, 0));
      assertThat(frame[0]).isEqualTo((byte) FrameKind.CONTEXT.code());
      assertThat(Arrays.equals(decode(frame, raw.length), raw)).isTrue();
      byte[] part = new byte[1000];
      for (int from : new int[] {0, (1 << 19) - 500, raw.length - 1000}) {
        decoder.decodeRange("frame", 0, frame, 0, frame.length, raw.length, from, 1000, part, 0);
        assertThat(part).isEqualTo(Arrays.copyOfRange(raw, from, from + 1000));
      }
    }
  }

  @Test
  void scalesOfRowsAndColumnsPay() {
    int count = 1 << 18;
    byte[] raw = TestData.make(DType.BF16, TestData.Shape.CHANNELS, count, 512, 1);
    int grid = encode(raw, new FrameShape(DType.BF16, 512, 0)).length;
    int flat = encode(raw, FrameShape.flat(DType.BF16)).length;
    assertThat(grid).isLessThan(flat * 97 / 100);
    byte[] gaussian = TestData.make(DType.BF16, TestData.Shape.GAUSSIAN, count, 512, 1);
    assertThat(encode(gaussian, FrameShape.flat(DType.BF16)).length)
        .isLessThan(gaussian.length * 656 / 1000);
  }

  @Test
  void textGoesToWhatSeesRepetition() {
    byte[] text = "weights, biases and other things; ".repeat(4000).getBytes(UTF_8);
    assertThat(encode(text, FrameShape.flat(DType.OPAQUE)).length).isLessThan(text.length / 50);
  }

  @Test
  void recordsOfFewBytesHaveTablesPerColumn() throws Exception {
    Random random = new Random(5);
    byte[] records = new byte[34 * 4000];
    for (int i = 0; i < records.length; i++) {
      int column = i % 34;
      records[i] =
          (byte) (column == 1 ? 0x2c : column == 0 ? random.nextInt() : random.nextGaussian() * 30);
    }
    FrameShape shape = new FrameShape(DType.U8, 34, 0);
    byte[] frame = encode(records, shape);
    assertThat(decode(frame, records.length)).isEqualTo(records);
    assertThat(frame.length)
        .isLessThan(encode(records, FrameShape.flat(DType.U8)).length * 98 / 100);
  }

  @Test
  void partsOfAPlaneThatDifferHaveTheirOwnCoding() throws Exception {
    byte[] raw = TestData.make(DType.F32, TestData.Shape.GAUSSIAN, 1 << 16, 256, 1);
    int before = encode(raw, FrameShape.flat(DType.F32)).length;
    for (int i = raw.length / 4; i < raw.length / 2; i += 4) {
      raw[i] = 0;
    }
    byte[] frame = encode(raw, FrameShape.flat(DType.F32));
    assertThat(decode(frame, raw.length)).isEqualTo(raw);
    assertThat(frame.length).isLessThan(before - raw.length / 17);
  }

  @Test
  void signsThatLeanPay() {
    byte[] raw = TestData.make(DType.F16, TestData.Shape.SIGNED_COLUMNS, 1 << 18, 256, 1);
    int grid = encode(raw, new FrameShape(DType.F16, 256, 0)).length;
    assertThat(grid).isLessThan(encode(raw, FrameShape.flat(DType.F16)).length * 99 / 100);
  }

  @Test
  void originsAreFound() {
    byte[] half = TestData.make(DType.F16, TestData.Shape.GAUSSIAN, 1 << 16, 256, 1);
    byte[] single = new byte[2 * half.length];
    for (int i = 0; i < half.length / 2; i++) {
      int bits = Elements.widened(half[2 * i] & 0xff | (half[2 * i + 1] & 0xff) << 8);
      for (int b = 0; b < 4; b++) {
        single[4 * i + b] = (byte) (bits >>> 8 * b);
      }
    }
    // A few that are no F16 do not spoil it.
    single[4 * 1000] = 1;
    single[4 * 60_000] = 3;
    int stored = encode(single, new FrameShape(DType.F32, 256, 0)).length;
    assertThat(stored).isLessThan(single.length * 43 / 100);
    byte[] widened = new byte[single.length];
    byte[] bf16 = TestData.make(DType.BF16, TestData.Shape.GAUSSIAN, 1 << 16, 256, 1);
    for (int i = 0; i < bf16.length / 2; i++) {
      widened[4 * i + 2] = bf16[2 * i];
      widened[4 * i + 3] = bf16[2 * i + 1];
    }
    assertThat(encode(widened, FrameShape.flat(DType.F32)).length)
        .isLessThan(widened.length * 34 / 100);
  }

  @Test
  void zeroesCostNearlyNothing() {
    byte[] raw = TestData.make(DType.BF16, TestData.Shape.PRUNED_ROWS, 1 << 17, 512, 1);
    assertThat(encode(raw, new FrameShape(DType.BF16, 512, 0)).length)
        .isLessThan(raw.length * 60 / 100);
  }

  @Test
  void damageIsAnErrorOfOurs() throws Exception {
    for (DType dtype : new DType[] {DType.BF16, DType.F32, DType.F16, DType.F8_E4M3}) {
      byte[] raw = TestData.make(dtype, TestData.Shape.WILD, 6000, 64, 2);
      byte[] mild = TestData.make(dtype, TestData.Shape.SIGNED_COLUMNS, 30_000, 64, 2);
      System.arraycopy(raw, 0, mild, 0, 100 * dtype.alignmentBytes());
      byte[] frame = encode(mild, new FrameShape(dtype, 64, 0));
      assertThat(frame[0]).isEqualTo((byte) FrameKind.CONTEXT.code());
      for (int length = 0; length < frame.length; length += 1 + length / 16) {
        refuse(Arrays.copyOf(frame, length), null, mild.length);
      }
      Random random = new Random(4);
      for (int i = 0; i < 3000; i++) {
        byte[] copy = frame.clone();
        int sharedEnd = 28 + getInt(frame, 8);
        boolean shared = i % 2 == 0;
        int at = shared ? 28 + random.nextInt(sharedEnd - 28) : random.nextInt(frame.length);
        copy[at] ^= (byte) (1 << random.nextInt(8));
        if (shared) {
          // What all blocks share is behind a checksum of its own: make it right again.
          putInt(copy, 12, crc(copy, 28, sharedEnd - 28));
          putInt(copy, 24, crc(copy, 0, 24));
        }
        refuse(copy, shared ? mild : null, mild.length);
      }
    }
  }

  /** A range coder's last bits may not matter: then what comes out is {@code raw} all the same. */
  private void refuse(byte[] frame, byte[] raw, int rawLength) throws Exception {
    try {
      byte[] decoded = decode(frame, rawLength);
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

  private static int getInt(byte[] bytes, int at) {
    return dev.zoopress.codec.entropy.LittleEndian.getInt(bytes, at);
  }

  private static void putInt(byte[] bytes, int at, int value) {
    dev.zoopress.codec.entropy.LittleEndian.putInt(bytes, at, value);
  }
}
