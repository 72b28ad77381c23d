package dev.zoopress.codec.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GgufParserTest {
  /** An F32 tensor of 2 rows by 3, a scalar-sized F16 and two blocks of Q4_0; alignment 16. */
  static byte[] file(int version) {
    Bytes out = header(version, 3, 5);
    out.string("general.alignment").u32(4).u32(16);
    out.string("general.name").u32(8).string("x");
    out.string("tokens").u32(9).u32(8).u64(2).string("a").string("bc");
    out.string("nested").u32(9).u32(9).u64(1).u32(5).u64(2).u32(1).u32(2);
    out.string("f").u32(12).u64(0);
    out.string("grid").u32(2).u64(3).u64(2).u32(0).u64(0);
    out.string("half").u32(1).u64(1).u32(1).u64(32);
    out.string("blocks").u32(1).u64(64).u32(2).u64(48);
    return out.align(16).zeros(24).align(16).zeros(2).align(16).zeros(36).done();
  }

  private static Bytes header(int version, long tensors, long pairs) {
    return new Bytes().text("GGUF").u32(version).u64(tensors).u64(pairs);
  }

  private static void refused(byte[] file, String reason) throws IOException {
    FileLayout layout = Damage.parse("m.gguf", file);
    assertThat(layout.format()).isEqualTo("opaque");
    assertThat(layout.warning()).contains("at byte ").contains(reason);
  }

  private static byte[] oneTensor(long[] ggmlShape, long type, long offset, int dataBytes) {
    Bytes out = header(3, 1, 0).string("t").u32(ggmlShape.length);
    for (long dimension : ggmlShape) {
      out.u64(dimension);
    }
    return out.u32(type).u64(offset).align(32).zeros(dataBytes).done();
  }

  @Test
  void dimensionsAreReversedAndBlocksBecomeRows() throws IOException {
    for (int version = 2; version <= 3; version++) {
      byte[] file = file(version);
      FileLayout layout = Damage.parse("anything", file);
      assertThat(layout.format()).isEqualTo("gguf");
      assertThat(layout.warning()).isEmpty();
      long data = file.length - 84;
      assertThat(layout.segments())
          .containsExactly(
              Segment.opaque(0, data),
              new Segment("grid", DType.F32, List.of(2L, 3L), data, 24),
              Segment.opaque(data + 24, 8),
              new Segment("half", DType.F16, List.of(1L), data + 32, 2),
              Segment.opaque(data + 34, 14),
              new Segment("blocks", DType.U8, List.of(2L, 18L), data + 48, 36));
      assertThat(layout.segments().get(5).columns()).isEqualTo(18);
    }
  }

  @Test
  void unknownTypesStayOpaqueAndEmptyTensorsLeaveNothing() throws IOException {
    assertThat(Damage.parse("m.gguf", oneTensor(new long[] {4}, 9999, 0, 16)).segments())
        .hasSize(1);
    assertThat(Damage.parse("m.gguf", oneTensor(new long[] {0}, 0, 0, 0)).warning()).isEmpty();
    assertThat(Damage.parse("m.gguf", oneTensor(new long[] {}, 0, 0, 4)).segments()).hasSize(2);
  }

  @Test
  void headers() throws IOException {
    refused(new Bytes().text("GGUX").zeros(40).done(), "no GGUF header");
    refused(new Bytes().text("GGUF").u32(3).done(), "no GGUF header");
    refused(header(1, 0, 0).done(), "version 1");
    refused(header(4, 0, 0).done(), "version 4");
    refused(header(3 << 24, 0, 0).done(), "little-endian");
    refused(header(3, -1, 0).done(), "18446744073709551615 tensors do not fit");
    refused(header(3, 1L << 40, 0).done(), "tensors do not fit");
    refused(header(3, 0, 1L << 40).done(), "key-value pairs do not fit");
  }

  @Test
  void pairs() throws IOException {
    refused(header(3, 0, 1).string("k").u32(13).u64(0).done(), "unknown value type 13");
    refused(header(3, 0, 1).u64(1 << 20).zeros(99).done(), "a name of 1048576 bytes");
    refused(header(3, 0, 1).string("k").u32(8).u64(-1).zeros(9).done(), "needs 184467440737095");
    refused(header(3, 0, 1).string("k").u32(9).u32(4).u64(1L << 62).done(), "does not fit");
    refused(header(3, 0, 1).string("k").u32(9).u32(9).u64(9).zeros(8).done(), "does not fit");
    Bytes nested = header(3, 0, 1).string("k").u32(9);
    for (int i = 0; i < 9; i++) {
      nested.u32(9).u64(1);
    }
    refused(nested.zeros(64).done(), "nest deeper");
    String key = "general.alignment";
    refused(header(3, 0, 1).string(key).u32(4).u32(24).done(), "no power of two");
    refused(header(3, 0, 1).string(key).u32(4).u32(0).done(), "no power of two");
    refused(header(3, 0, 1).string(key).u32(10).u64(32).done(), "as uint32");
    refused(header(3, 0, 2).string(key).u32(4).u32(32).string(key).u32(4).u32(32).done(), "once");
  }

  @Test
  void tensors() throws IOException {
    refused(oneTensor(new long[] {4}, 0, 0, 15), "claims 16 bytes");
    refused(oneTensor(new long[] {4}, 0, 8, 64), "not aligned");
    refused(oneTensor(new long[] {4}, 0, 1L << 40, 16), "past the end");
    refused(oneTensor(new long[] {4}, 0, -32, 16), "past the end");
    refused(oneTensor(new long[] {1, 1, 1, 1, 1}, 0, 0, 4), "5 dimensions");
    refused(oneTensor(new long[] {1L << 32, 1L << 32}, 0, 0, 4), "overflows");
    refused(oneTensor(new long[] {-1}, 0, 0, 4), "overflows");
    refused(oneTensor(new long[] {1L << 62}, 0, 0, 4), "overflows");
    refused(oneTensor(new long[] {33}, 2, 0, 36), "cuts a block");
    byte[] twice =
        header(3, 2, 0)
            .string("t")
            .u32(1)
            .u64(8)
            .u32(0)
            .u64(0)
            .string("u")
            .u32(1)
            .u64(9)
            .u32(0)
            .u64(0)
            .align(32)
            .zeros(64)
            .done();
    refused(twice, "overlaps");
    byte[] sameName =
        header(3, 2, 0)
            .string("t")
            .u32(1)
            .u64(8)
            .u32(0)
            .u64(0)
            .string("t")
            .u32(1)
            .u64(8)
            .u32(0)
            .u64(32)
            .align(32)
            .zeros(64)
            .done();
    refused(sameName, "duplicate tensor 't'");
  }

  @Test
  void longVocabulariesTakeFewReads() throws IOException {
    Bytes out = header(3, 1, 1).string("tokens").u32(9).u32(8).u64(200_000);
    for (int i = 0; i < 200_000; i++) {
      out.string("token " + i);
    }
    out.string("t").u32(1).u64(8).u32(24).u64(0).align(32).zeros(8);
    MemorySource source = new MemorySource(out.done());
    assertThat(FileFormats.parse("m.gguf", source).segments()).hasSize(2);
    assertThat(source.reads()).isLessThan(20);
  }

  @Test
  void truncation() throws IOException {
    byte[] sound = file(3);
    refused(Arrays.copyOf(sound, sound.length - 1), "claims 36 bytes");
    refused(Arrays.copyOf(sound, 150), "needs ");
    refused(Arrays.copyOf(sound, 60), "do not fit");
  }

  @Test
  void anyDamageStillGivesACoveringLayout() throws IOException {
    Damage.everywhere("m.gguf", file(3));
  }
}
