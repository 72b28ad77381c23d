package dev.zoopress.codec.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SafetensorsParserTest {
  private static final String TWO =
      "{\"__metadata__\":{\"format\":\"pt\"},"
          + "\"b\":{\"dtype\":\"BF16\",\"shape\":[2,3],\"data_offsets\":[8,20]},"
          + "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}   ";

  static byte[] file(String header, int dataBytes) {
    return file(header.getBytes(StandardCharsets.UTF_8), dataBytes);
  }

  static byte[] file(byte[] header, int dataBytes) {
    ByteBuffer file =
        ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(header.length).put(header);
    return file.array();
  }

  private static String tensor(String dtype, String shape, String offsets) {
    return "{\"t\":{\"dtype\":\""
        + dtype
        + "\",\"shape\":"
        + shape
        + ",\"data_offsets\":"
        + offsets
        + "}}";
  }

  private static void refused(byte[] file, String reason) throws IOException {
    FileLayout layout = Damage.parse("model.safetensors", file);
    assertThat(layout.format()).isEqualTo("opaque");
    assertThat(layout.warning()).contains("at byte ").contains(reason).doesNotContain("\n");
  }

  private static void refused(String header, int dataBytes, String reason) throws IOException {
    refused(file(header, dataBytes), reason);
  }

  private static FileLayout accepted(String header, int dataBytes) throws IOException {
    FileLayout layout = Damage.parse("model.safetensors", file(header, dataBytes));
    assertThat(layout.warning()).isEmpty();
    assertThat(layout.format()).isEqualTo("safetensors");
    return layout;
  }

  @Test
  void headerIsOneOpaqueSegmentAndTensorsFollowInFileOrder() throws IOException {
    int dataStart = 8 + TWO.length();
    assertThat(accepted(TWO, 20).segments())
        .containsExactly(
            Segment.opaque(0, dataStart),
            new Segment("a", DType.F32, List.of(2L), dataStart, 8),
            new Segment("b", DType.BF16, List.of(2L, 3L), dataStart + 8, 12));
  }

  @Test
  void contentDecidesNotTheName() throws IOException {
    assertThat(Damage.parse("weights", file(TWO, 20)).format()).isEqualTo("safetensors");
    assertThat(Damage.parse("weights", file(TWO, 19)).warning()).contains("not safetensors");
    assertThat(Damage.parse("notes.txt", "not a model at all".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(FileLayout.opaque(18, ""));
  }

  @Test
  void emptyFilesEmptyTensorsAndScalars() throws IOException {
    assertThat(Damage.parse("x", new byte[0]).segments()).isEmpty();
    assertThat(accepted("{}", 0).segments()).hasSize(1);
    assertThat(accepted(tensor("F32", "[3,0]", "[0,0]"), 0).segments()).hasSize(1);
    assertThat(accepted(tensor("F64", "[]", "[0,8]"), 8).segments().get(1).shape()).isEmpty();
    assertThat(accepted("{\"__metadata__\":null}", 0).segments()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "BOOL,1",
    "U8,1",
    "I8,1",
    "F8_E5M2,1",
    "F8_E4M3,1",
    "F8_E8M0,1",
    "F8_E4M3FNUZ,1",
    "F8_E5M2FNUZ,1",
    "I16,2",
    "U16,2",
    "F16,2",
    "BF16,2",
    "I32,4",
    "U32,4",
    "F32,4",
    "C64,8",
    "F64,8",
    "I64,8",
    "U64,8"
  })
  void everyDtype(String dtype, int bytes) throws IOException {
    Segment segment =
        accepted(tensor(dtype, "[3]", "[0," + 3 * bytes + "]"), 3 * bytes).segments().get(1);
    assertThat(segment.dtype().name()).isEqualTo(dtype);
    refused(tensor(dtype, "[3]", "[0," + (3 * bytes + 1) + "]"), 3 * bytes + 1, "need");
  }

  @Test
  void packedTypesMustFillWholeBytes() throws IOException {
    accepted(tensor("F4", "[6]", "[0,3]"), 3);
    accepted(tensor("F6_E2M3", "[4]", "[0,3]"), 3);
    accepted(tensor("F6_E3M2", "[2,2]", "[0,3]"), 3);
    refused(tensor("F4", "[5]", "[0,3]"), 3, "whole bytes");
  }

  @Test
  void truncatedHeaderAndData() throws IOException {
    byte[] sound = file(TWO, 20);
    refused(Arrays.copyOf(sound, 7), "no header length");
    refused(Arrays.copyOf(sound, 20), "exceeds a file of 20 bytes");
    refused(Arrays.copyOf(sound, sound.length - 1), "ends at data offset 20 of 19");
    refused(Arrays.copyOf(sound, sound.length + 1), "1 more bytes follow");
  }

  @Test
  void headerLengthLimits() throws IOException {
    refused(
        ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(100_000_001).array(),
        "exceeds 100000000");
    refused(ByteBuffer.allocate(16).putLong(-1).array(), "18446744073709551615 exceeds");
    refused(file("", 0), "no room");
    refused(file("{", 0), "no room");
  }

  @Test
  void headerText() throws IOException {
    refused(" {}", 0, "start with {");
    refused("[]", 0, "start with {");
    refused("{}x", 0, "not JSON");
    refused("{}{}", 0, "text after");
    refused("{\"t\":1", 0, "expected an object");
    refused("{,}", 0, "not JSON");
    refused("{\0\0\0", 0, "zero byte");
    refused(file(new byte[] {'{', '"', (byte) 0xff, '"', '}'}, 0), "not UTF-8");
    refused(file(new byte[] {'{', '"', (byte) 0xc0, (byte) 0x80, '"', '}'}, 0), "not UTF-8");
    refused(
        file(new byte[] {'{', '"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"', '}'}, 0),
        "at byte 10: the header is not UTF-8");
    refused("{\"\\ud800\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}", 1, "surrogate");
    accepted("{\"\\ud83d\\ude00é\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}", 1);
    accepted("{} \n\r\t", 0);
  }

  @Test
  void metadataIsStringToString() throws IOException {
    refused("{\"__metadata__\":[]}", 0, "an object as __metadata__");
    refused("{\"__metadata__\":{\"a\":1}}", 0, "a string in __metadata__");
    refused("{\"__metadata__\":{\"a\":{}}}", 0, "a string in __metadata__");
  }

  @Test
  void duplicateKeys() throws IOException {
    String info = "{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}";
    refused("{\"a\":" + info + ",\"a\":" + info + "}", 1, "duplicate key 'a'");
    refused("{\"a\":" + info + ",\"\\u0061\":" + info + "}", 1, "duplicate key 'a'");
    refused("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "duplicate key '__metadata__'");
    refused("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0, "duplicate key 'k'");
    refused(
        "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}",
        1,
        "duplicate key 'dtype'");
    refused(
        "{\"a\":{\"shape\":[1],\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}",
        1,
        "duplicate key 'shape'");
  }

  @Test
  void overlapsAndHoles() throws IOException {
    String two =
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
            + "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[%d,%d]}}";
    accepted(String.format(two, 4, 8), 8);
    refused(String.format(two, 3, 7), 7, "(overlap)");
    refused(String.format(two, 0, 4), 4, "(overlap)");
    refused(String.format(two, 5, 9), 9, "(hole)");
    refused(tensor("U8", "[1]", "[1,2]"), 2, "(hole)");
    refused(tensor("U8", "[1]", "[0,1]"), 2, "1 more bytes follow");
    refused(tensor("U8", "[1]", "[0,2]"), 1, "ends at data offset 2 of 1");
    refused(tensor("U8", "[0]", "[1,0]"), 1, "(hole)");
  }

  @Test
  void shapes() throws IOException {
    refused(tensor("U8", "[4294967296,4294967296]", "[0,0]"), 0, "overflows");
    refused(tensor("F64", "[2305843009213693952]", "[0,0]"), 0, "overflows");
    refused(tensor("U8", "[18446744073709551616]", "[0,0]"), 0, "not in 0 to 2^63-1");
    refused(tensor("U8", "[-1]", "[0,0]"), 0, "not in 0 to");
    refused(tensor("U8", "[-0]", "[0,0]"), 0, "not in 0 to");
    refused(tensor("U8", "[1.0]", "[0,1]"), 1, "an integer in shape");
    refused(tensor("U8", "[1e0]", "[0,1]"), 1, "an integer in shape");
    refused(tensor("U8", "[01]", "[0,1]"), 1, "not JSON");
    refused(tensor("U8", "1", "[0,1]"), 1, "an array as shape");
    refused(tensor("U8", "[" + "1,".repeat(64) + "1]", "[0,1]"), 1, "more than 64");
    accepted(tensor("U8", "[" + "1,".repeat(63) + "1]", "[0,1]"), 1);
    accepted(tensor("U8", "[0,9223372036854775807,3]", "[0,0]"), 0);
  }

  @Test
  void fields() throws IOException {
    refused(tensor("F31", "[1]", "[0,1]"), 1, "unknown dtype 'F31'");
    refused(tensor("OPAQUE", "[1]", "[0,1]"), 1, "unknown dtype");
    refused(tensor("f32", "[1]", "[0,4]"), 4, "unknown dtype");
    refused("{\"t\":{\"dtype\":7,\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "a string as dtype");
    refused("{\"t\":{\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "needs dtype");
    refused("{\"t\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}", 1, "needs dtype");
    refused("{\"t\":{\"dtype\":\"U8\",\"shape\":[1]}}", 1, "needs dtype");
    refused("{\"t\":null}", 0, "an object as tensor");
    refused(tensor("U8", "[1]", "[0]"), 1, "needs dtype");
    refused(tensor("U8", "[1]", "[0,1,1]"), 1, "more than 2");
    accepted(
        "{\"t\":{\"dtype\":\"U8\",\"x\":[1.5e3,{\"y\":null}],\"shape\":[1],\"data_offsets\":[0,1]}}",
        1);
    refused(
        "{\"t\":{\"dtype\":\"U8\",\"x\":1e999,\"shape\":[1],\"data_offsets\":[0,1]}}",
        1,
        "out of range");
    refused(
        "{\"t\":{\"dtype\":\"U8\",\"x\":[\"\\udc00\"],\"shape\":[1],\"data_offsets\":[0,1]}}",
        1,
        "surrogate");
  }

  @Test
  void deepNestingIsRefusedWithoutRecursion() throws IOException {
    String deep = "[".repeat(1_000_000) + "]".repeat(1_000_000);
    refused("{\"t\":{\"x\":" + deep + "}}", 0, "not JSON");
  }

  @Test
  void warningsQuoteHostileNames() throws IOException {
    refused("{\"a\\nb\\u001b[31m\":null}", 0, "\\u000a");
  }

  @Test
  void readsOnlyTheHeader() throws IOException {
    MemorySource source =
        new MemorySource(file(tensor("U8", "[1000000]", "[0,1000000]"), 1_000_000));
    assertThat(FileFormats.parse("m.safetensors", source).segments()).hasSize(2);
    assertThat(source.readBytes()).isLessThan(300);
  }

  @Test
  void anyDamageStillGivesACoveringLayout() throws IOException {
    Damage.everywhere("model.safetensors", file(TWO, 20));
  }

  @Test
  void lfsPointer() throws IOException {
    String pointer =
        "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0".repeat(64) + "\nsize 5\n";
    byte[] bytes = pointer.getBytes(StandardCharsets.UTF_8);
    FileLayout layout = Damage.parse("model.safetensors", bytes);
    assertThat(layout.format()).isEqualTo("lfs-pointer");
    assertThat(layout.warning()).isEmpty();
    assertThat(Damage.parse("m.bin", Arrays.copyOf(bytes, 1023)).format()).isEqualTo("lfs-pointer");
    assertThat(Damage.parse("m.bin", Arrays.copyOf(bytes, 1024)).format()).isEqualTo("opaque");
  }
}
