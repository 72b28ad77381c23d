package dev.zoopress.codec.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NpyParserTest {
  /** What {@code numpy.save} writes: the text padded so that the data start at a multiple of 64. */
  static byte[] file(int version, String descr, String fortran, String shape, int dataBytes) {
    String text =
        "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': (" + shape + "), }";
    int start = version == 1 ? 10 : 12;
    int padding = 64 - (start + text.length() + 1) % 64;
    int textBytes = text.length() + padding + 1;
    Bytes out = new Bytes().u8(0x93).text("NUMPY").u8(version, 0);
    out = version == 1 ? out.u16(textBytes) : out.u32(textBytes);
    return out.text(text + " ".repeat(padding) + "\n").zeros(dataBytes).done();
  }

  static byte[] archive(byte[] array) {
    return new ZipWriter(false)
        .entry("w.npy", array)
        .entry("note.txt", new byte[3])
        .entry("b/bias.npy", file(1, "<f2", "False", "4,", 8))
        .entry("packed.npy", 8, new byte[20])
        .done();
  }

  private static FileLayout parse(byte[] file) throws IOException {
    return Damage.parse("anything", file);
  }

  @Test
  void findsTheArray() throws IOException {
    for (int version = 1; version <= 3; version++) {
      byte[] file = file(version, "<f4", "False", "2, 3", 24);
      FileLayout layout = parse(file);
      assertThat(layout.format()).isEqualTo("npy");
      assertThat(layout.segments())
          .containsExactly(
              Segment.opaque(0, 128), new Segment("array", DType.F32, List.of(2L, 3L), 128, 24));
    }
  }

  @Test
  void columnsFirstIsRowsFirstOfTheTranspose() throws IOException {
    Segment array = parse(file(1, "<f8", "True", "5, 2", 80)).segments().get(1);
    assertThat(array.shape()).containsExactly(2L, 5L);
    assertThat(array.dtype()).isEqualTo(DType.F64);
  }

  @ParameterizedTest
  @CsvSource({
    "<f2,F16,2", "<f4,F32,4", "<f8,F64,8", "|i1,I8,1", "<i2,I16,2", "<i4,I32,4", "<i8,I64,8",
    "|u1,U8,1", "<u2,U16,2", "<u4,U32,4", "<u8,U64,8", "|b1,BOOL,1", "<c8,C64,8", "<c16,C128,16"
  })
  void knowsNumpysTypes(String descr, DType dtype, int width) throws IOException {
    Segment array = parse(file(1, descr, "False", "", width)).segments().get(1);
    assertThat(array.dtype()).isEqualTo(dtype);
    assertThat(array.shape()).isEmpty();
    assertThat(array.lengthBytes()).isEqualTo(width);
  }

  @ParameterizedTest
  @ValueSource(strings = {">f4", "|O8", "<U4", "<V2"})
  void takesOtherTypesAsOpaque(String descr) throws IOException {
    byte[] file = file(1, descr, "False", "2,", 16);
    FileLayout layout = parse(file);
    assertThat(layout.warning()).isEmpty();
    assertThat(layout.segments()).containsExactly(Segment.opaque(0, file.length));
  }

  @Test
  void whatFollowsTheArrayIsOpaque() throws IOException {
    assertThat(parse(file(1, "<f4", "False", "1,", 9)).segments().get(2).lengthBytes())
        .isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {"2, 4", "99999999999999999999", "1 2", "4294967296, 4294967296"})
  void refusesShapesThatDoNotFit(String shape) throws IOException {
    FileLayout layout = parse(file(1, "<f4", "False", shape, 24));
    assertThat(layout.format()).isEqualTo("opaque");
    assertThat(layout.warning()).contains("not npy").contains("at byte ");
  }

  @Test
  void refusesTextThatNobodyWrites() throws IOException {
    byte[] file = new Bytes().u8(0x93).text("NUMPY").u8(2, 0).u32(1L << 31).zeros(9).done();
    assertThat(parse(file).warning()).contains("a description of 2147483648 bytes");
    byte[] future = file(4, "<f4", "False", "1,", 4);
    assertThat(parse(future).warning()).contains("version 4");
  }

  @Test
  void findsTheStoredArraysOfAnArchive() throws IOException {
    byte[] file = archive(file(1, "<f4", "False", "2, 3", 24));
    FileLayout layout = parse(file);
    assertThat(layout.format()).isEqualTo("npz");
    assertThat(layout.segments().stream().filter(s -> s.dtype() != DType.OPAQUE))
        .extracting(Segment::name, Segment::dtype, Segment::lengthBytes)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("w", DType.F32, 24L),
            org.assertj.core.groups.Tuple.tuple("b/bias", DType.F16, 8L));
  }

  @Test
  void brokenArchivesAreOpaqueAndOnlyTheirNamePromisesMore() throws IOException {
    byte[] file = archive(new byte[30]);
    assertThat(Damage.parse("m.npz", file).warning()).contains("not npz").contains("at byte ");
    assertThat(Damage.parse("m.zip", file).warning()).isEmpty();
    assertThat(Damage.parse("m.zip", file).format()).isEqualTo("opaque");
  }

  @Test
  void everyDamageStillCoversTheFile() throws IOException {
    Damage.everywhere("m.npy", file(1, "<f4", "False", "2, 3", 24));
    Damage.everywhere("m.npz", archive(file(2, "<f2", "True", "2, 3", 12)));
  }
}
