package dev.zoopress.codec.format;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Small sound files of every container, written by hand. */
final class FormatSamples {
  private FormatSamples() {}

  static List<byte[]> safetensors() {
    return safetensorsHeaders().stream().map(h -> SafetensorsParserTest.file(h, 20)).toList();
  }

  /** Headers for 20 bytes of data. */
  static List<byte[]> safetensorsHeaders() {
    return Stream.of(
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[5],\"data_offsets\":[0,20]}}",
            "{\"__metadata__\":{\"format\":\"pt\"},"
                + "\"b\":{\"dtype\":\"BF16\",\"shape\":[2,3],\"data_offsets\":[8,20]},"
                + "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                + "\"z\":{\"dtype\":\"I64\",\"shape\":[0,1],\"data_offsets\":[20,20]}}   ")
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  static List<byte[]> gguf() {
    return List.of(GgufParserTest.file(3), GgufParserTest.file(2));
  }

  static List<byte[]> onnx() {
    return List.of(OnnxParserTest.model(), OnnxParserTest.externalModel());
  }

  /** Tensor messages. */
  static List<byte[]> onnxTensors() {
    return List.of(
        OnnxParserTest.tensor("w", 1, 2, 3).field(9, new byte[24]).done(),
        OnnxParserTest.external("data", "4096", "16"));
  }

  static List<byte[]> torch() {
    return List.of(TorchParserTest.archive(false), TorchParserTest.archive(true));
  }

  /** Pickles for the archive that {@link TorchParserTest#archive(boolean, byte[])} builds. */
  static List<byte[]> pickles() {
    return List.of(TorchParserTest.pickle());
  }

  static List<byte[]> numpy() {
    return Stream.concat(arrays().stream(), arrays().stream().map(NpyParserTest::archive)).toList();
  }

  /** Arrays, alone or in archives. */
  static List<byte[]> arrays() {
    return List.of(
        NpyParserTest.file(1, "<f4", "False", "2, 3", 24),
        NpyParserTest.file(2, "<f2", "True", "5,", 10));
  }
}
