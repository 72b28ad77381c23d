package dev.zoopress.codec.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zoopress.codec.MalformedInputException;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OnnxParserTest {
  static Bytes tensor(String name, int type, long... dims) {
    Bytes tensor = new Bytes();
    for (long dim : dims) {
      tensor.field(1, dim);
    }
    return tensor.field(2, type).field(8, name);
  }

  static byte[] model(byte[]... initializers) {
    Bytes graph = new Bytes().field(2, "g");
    for (byte[] initializer : initializers) {
      graph.field(5, initializer);
    }
    return new Bytes().field(1, 8).field(2, "test").field(7, graph.done()).done();
  }

  private static byte[] constant(byte[] tensor) {
    byte[] attribute = new Bytes().field(1, "value").field(20, 4).field(5, tensor).done();
    return new Bytes().field(2, "c").field(4, "Constant").field(5, attribute).done();
  }

  /** Two initializers, one with typed data, a constant, a subgraph and a sparse tensor. */
  static byte[] model() {
    byte[] body = new Bytes().field(5, tensor("inner", 7, 1).field(9, new byte[8]).done()).done();
    byte[] branch = new Bytes().field(1, "body").field(20, 5).field(6, body).done();
    byte[] packedDims = new Bytes().varint(2).varint(2).done();
    byte[] sparse =
        new Bytes()
            .field(1, tensor("values", 1, 1).field(9, new byte[4]).done())
            .field(2, tensor("indices", 7, 1).field(9, new byte[8]).done())
            .field(3, 16)
            .done();
    byte[] graph =
        new Bytes()
            .field(1, constant(tensor("k", 10, 3).field(9, new byte[6]).done()))
            .field(1, new Bytes().field(4, "Loop").field(5, branch).done())
            .field(5, tensor("w", 1, 2, 3).field(9, new byte[24]).done())
            .field(5, tensor("typed", 1, 2).field(4, new byte[8]).done())
            .field(5, new Bytes().field(9, new byte[8]).field(2, 16).field(1, packedDims).done())
            .field(15, sparse)
            .done();
    return new Bytes().field(1, 8).field(7, graph).field(99, 5).varint(99 << 3 | 5).u32(7).done();
  }

  static byte[] external(String location, String offset, String length) {
    Bytes tensor = tensor("e", 1, 4).field(14, 1);
    tensor.field(13, new Bytes().field(1, "location").field(2, location).done());
    if (offset != null) {
      tensor.field(13, new Bytes().field(1, "offset").field(2, offset).done());
    }
    if (length != null) {
      tensor.field(13, new Bytes().field(1, "length").field(2, length).done());
    }
    return tensor.done();
  }

  static byte[] externalModel() {
    return model(external("model.onnx_data", "4096", "16"), external("./a//b", null, null));
  }

  private static void refused(byte[] file, String reason) throws IOException {
    FileLayout layout = Damage.parse("m.onnx", file);
    assertThat(layout.format()).isEqualTo("opaque");
    assertThat(layout.warning()).contains("at byte ").contains(reason);
  }

  private static List<Segment> tensors(byte[] file) throws IOException {
    FileLayout layout = Damage.parse("m.onnx", file);
    assertThat(layout.warning()).isEmpty();
    assertThat(layout.format()).isEqualTo("onnx");
    return layout.segments().stream().filter(s -> s.dtype() != DType.OPAQUE).toList();
  }

  @Test
  void findsRawDataWhereverTensorsAre() throws IOException {
    assertThat(tensors(model()))
        .extracting(s -> s.name() + " " + s.dtype() + " " + s.shape() + " " + s.lengthBytes())
        .containsExactly(
            "k F16 [3] 6",
            "inner I64 [1] 8",
            "w F32 [2, 3] 24",
            " BF16 [2, 2] 8",
            "values F32 [1] 4",
            "indices I64 [1] 8");
  }

  @Test
  void contentIsRecognisedButOnlyWithTensors() throws IOException {
    assertThat(Damage.parse("graph.bin", model()).format()).isEqualTo("onnx");
    assertThat(Damage.parse("graph.bin", model(new byte[0])).format()).isEqualTo("opaque");
    assertThat(Damage.parse("x", new byte[] {8, 1, 2, 3}).warning()).isEmpty();
  }

  @Test
  void whatIsInDoubtStaysOpaque() throws IOException {
    assertThat(tensors(model(tensor("short", 1, 4).field(9, new byte[15]).done()))).isEmpty();
    assertThat(tensors(model(tensor("strings", 8, 1).field(9, new byte[4]).done()))).isEmpty();
    assertThat(tensors(model(tensor("int4", 22, 3).field(9, new byte[2]).done()))).isEmpty();
    assertThat(tensors(model(tensor("new", 1000, 1).field(9, new byte[4]).done()))).isEmpty();
    assertThat(tensors(model(tensor("minus", 1, -1).field(9, new byte[4]).done()))).isEmpty();
    assertThat(tensors(model(tensor("huge", 1, 1L << 62, 4).field(9, new byte[0]).done())))
        .isEmpty();
    byte[] twice = tensor("twice", 2, 2).field(9, new byte[2]).field(9, new byte[2]).done();
    assertThat(tensors(model(twice))).isEmpty();
    assertThat(tensors(model(tensor("empty", 1, 0).field(9, new byte[0]).done()))).isEmpty();
  }

  @Test
  void everyDtype() throws IOException {
    Object[][] types = {
      {1, DType.F32},
      {2, DType.U8},
      {3, DType.I8},
      {4, DType.U16},
      {5, DType.I16},
      {6, DType.I32},
      {7, DType.I64},
      {9, DType.BOOL},
      {10, DType.F16},
      {11, DType.F64},
      {12, DType.U32},
      {13, DType.U64},
      {14, DType.C64},
      {15, DType.C128},
      {16, DType.BF16},
      {17, DType.F8_E4M3},
      {18, DType.F8_E4M3FNUZ},
      {19, DType.F8_E5M2},
      {20, DType.F8_E5M2FNUZ},
      {23, DType.F4},
      {24, DType.F8_E8M0}
    };
    for (Object[] type : types) {
      DType dtype = (DType) type[1];
      byte[] raw = new byte[2 * dtype.bits() / 8];
      byte[] file = model(tensor("t", (Integer) type[0], 2).field(9, raw).done());
      assertThat(tensors(file)).extracting(Segment::dtype).containsExactly(dtype);
    }
  }

  @Test
  void brokenWireFormat() throws IOException {
    assertThat(FileFormats.parse("m.onnx", new MemorySource(new byte[0])).warning())
        .contains("no graph");
    refused(new Bytes().field(1, 8).done(), "no graph");
    refused(new Bytes().u8(0x00).done(), "field number 0");
    refused(new Bytes().u8(0x0b).done(), "wire type 3");
    refused(new Bytes().u8(0x0f).done(), "wire type 7");
    refused(new Bytes().u8(0x08, 0x80).done(), "runs past the end");
    refused(
        new Bytes().u8(0x08).u8(255, 255, 255, 255, 255, 255, 255, 255, 255, 2).done(),
        "more than 64 bits");
    refused(
        new Bytes().u8(0x08).u8(255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1).done(),
        "more than 64 bits");
    refused(new Bytes().u8(0x3a, 5, 0).done(), "field 7 claims 5 bytes, its message has 1 left");
    refused(new Bytes().u8(0x3a).varint(-1).done(), "field 7 claims 18446744073709551615 bytes");
    refused(new Bytes().u8(0x3d, 0, 0).done(), "fixed-width");
    refused(new Bytes().varint(1L << 32 << 3).done(), "field number 4294967296");
    byte[] rawPastTensor = new Bytes().u8(0x4a, 9, 0, 0).done();
    refused(model(rawPastTensor), "field 9 claims 9 bytes");
    byte[] dims = new byte[65];
    Arrays.fill(dims, (byte) 1);
    refused(model(new Bytes().field(1, dims).done()), "more than 64 dimensions");
    refused(model(new Bytes().field(8, "n".repeat(65537)).done()), "a name of 65537 bytes");
  }

  @Test
  void deepSubgraphsAreRefused() throws IOException {
    byte[] graph = new byte[0];
    for (int i = 0; i < 200; i++) {
      byte[] attribute = new Bytes().field(6, graph).done();
      graph = new Bytes().field(1, new Bytes().field(5, attribute).done()).done();
    }
    refused(new Bytes().field(1, 8).field(7, graph).done(), "nest deeper");
  }

  @Test
  void doesNotReadTensorData() throws IOException {
    MemorySource source =
        new MemorySource(model(tensor("w", 2, 10_000_000).field(9, new byte[10_000_000]).done()));
    assertThat(FileFormats.parse("m.onnx", source).segments()).hasSize(2);
    assertThat(source.readBytes()).isLessThan(40_000);
  }

  @Test
  void externalTensors() throws IOException {
    assertThat(FileFormats.externalTensors(new MemorySource(externalModel())))
        .containsExactly(
            new ExternalTensor("e", DType.F32, List.of(4L), "model.onnx_data", 4096, 16),
            new ExternalTensor("e", DType.F32, List.of(4L), "a/b", 0, 16));
    assertThat(tensors(externalModel())).isEmpty();
    assertThat(FileFormats.externalTensors(new MemorySource(model()))).isEmpty();
    for (String offset : List.of("-1", "x", "1e3", "9999999999999999999", "")) {
      byte[] file = model(external("d", offset, null));
      assertThat(FileFormats.externalTensors(new MemorySource(file))).isEmpty();
    }
    byte[] wrongLength = model(external("d", "0", "17"));
    assertThat(FileFormats.externalTensors(new MemorySource(wrongLength))).isEmpty();
  }

  @Test
  void externalLocationsStayInTheFolder() {
    for (String location :
        List.of(
            "../d",
            "a/../../d",
            "/etc/passwd",
            "C:\\d",
            "a\\..\\b",
            "c:d",
            "",
            ".",
            "a\0b",
            "x".repeat(5000))) {
      byte[] file = model(external(location, null, null));
      assertThatThrownBy(() -> FileFormats.externalTensors(new MemorySource(file)))
          .as(location)
          .isInstanceOf(MalformedInputException.class);
    }
  }

  @Test
  void externalDataFile() throws IOException {
    ExternalTensor first = new ExternalTensor("a", DType.F32, List.of(2L), "d", 0, 8);
    ExternalTensor second = new ExternalTensor("b", DType.BF16, List.of(2L, 2L), "d", 16, 8);
    ExternalTensor tied = new ExternalTensor("c", DType.BF16, List.of(2L, 2L), "d", 16, 8);
    FileLayout layout =
        FileFormats.parseExternal(new MemorySource(new byte[30]), List.of(second, tied, first));
    assertThat(layout.format()).isEqualTo("onnx-data");
    assertThat(layout.segments())
        .containsExactly(
            new Segment("a", DType.F32, List.of(2L), 0, 8),
            Segment.opaque(8, 8),
            new Segment("b", DType.BF16, List.of(2L, 2L), 16, 8),
            Segment.opaque(24, 6));
    assertThat(FileFormats.parseExternal(new MemorySource(new byte[23]), List.of(second)))
        .satisfies(l -> assertThat(l.format()).isEqualTo("opaque"))
        .satisfies(l -> assertThat(l.warning()).contains("claims 8 bytes from 16 on"));
    ExternalTensor across = new ExternalTensor("x", DType.U8, List.of(9L), "d", 4, 9);
    assertThat(FileFormats.parseExternal(new MemorySource(new byte[30]), List.of(first, across)))
        .satisfies(l -> assertThat(l.warning()).contains("overlaps"));
  }

  @Test
  void anyDamageStillGivesACoveringLayout() throws IOException {
    Damage.everywhere("m.onnx", model());
    Damage.everywhere("graph", externalModel());
  }
}
