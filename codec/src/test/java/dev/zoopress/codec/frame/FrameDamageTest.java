package dev.zoopress.codec.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.Effort;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FrameDamageTest {
  private static final byte[] EXAMPLE =
      HexFormat.ofDelimiter(" ")
          .parseHex("01 00 03 18 06 00 00 00 02 00 00 00 b6 2f 1c e5 0a f2 98 c6 34 12");

  private final FrameDecoder decoder = new FrameDecoder();

  @Test
  void decodesTheDocumentedExample() throws IOException {
    assertThat(decode(EXAMPLE, 6)).isEqualTo(HexFormat.of().parseHex("341234123412"));
    byte[] source = HexFormat.of().parseHex("341234123412");
    assertThat(HexFormat.ofDelimiter(" ").formatHex(encode(source, FrameShape.flat(DType.BF16))))
        .isEqualTo(HexFormat.ofDelimiter(" ").formatHex(EXAMPLE));
  }

  @Test
  void unknownKindIsAnotherVersion() {
    byte[] frame = EXAMPLE.clone();
    frame[0] = 0x7f;
    int sum = FrameHead.crc(frame, 0, 16);
    for (int i = 0; i < 4; i++) {
      frame[16 + i] = (byte) (sum >>> 8 * i);
    }
    assertThatThrownBy(() -> decode(frame, 6)).isInstanceOf(UnsupportedVersionException.class);
  }

  @Test
  void anotherRawLengthIsDamage() {
    assertThatThrownBy(() -> decode(EXAMPLE, 8))
        .isInstanceOf(CorruptContainerException.class)
        .hasMessageContaining("pack: damaged at byte 1004");
  }

  @ParameterizedTest
  @EnumSource(FramePattern.class)
  void everyFlippedBitAndEveryCutIsSeen(FramePattern pattern) {
    Random random = new Random(7);
    for (DType dtype : DType.values()) {
      int length = 160 * Math.min(4, dtype.alignmentBytes());
      byte[] source = new byte[length];
      pattern.fill(random, dtype, source, 0, length);
      byte[] frame = encode(source, new FrameShape(dtype, 24, 0));
      String what = pattern + " " + dtype;
      for (int bit = 0; bit < frame.length * 8; bit++) {
        byte[] damaged = frame.clone();
        damaged[bit >>> 3] ^= (byte) (1 << (bit & 7));
        assertThatThrownBy(() -> decode(damaged, length))
            .as(what + " bit " + bit)
            .isInstanceOf(CorruptContainerException.class);
      }
      for (int cut = 0; cut < frame.length; cut++) {
        byte[] shorter = Arrays.copyOf(frame, cut);
        assertThatThrownBy(() -> decode(shorter, length))
            .as(what + " cut at " + cut)
            .isInstanceOf(CorruptContainerException.class);
      }
      byte[] longer = Arrays.copyOf(frame, frame.length + 1);
      assertThatThrownBy(() -> decode(longer, length))
          .as(what)
          .isInstanceOf(CorruptContainerException.class);
    }
  }

  private byte[] decode(byte[] frame, int rawLength) throws IOException {
    byte[] target = new byte[rawLength];
    decoder.decode("pack", 1000, frame, 0, frame.length, target, 0, rawLength);
    return target;
  }

  private static byte[] encode(byte[] source, FrameShape shape) {
    byte[] frame = new byte[FrameEncoder.maxEncodedLength(source.length)];
    try (FrameEncoder encoder = new FrameEncoder(Effort.FAST)) {
      return Arrays.copyOf(frame, encoder.encode(source, 0, source.length, shape, frame, 0));
    }
  }
}
