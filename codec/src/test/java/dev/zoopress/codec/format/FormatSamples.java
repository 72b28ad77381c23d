package dev.zoopress.codec.format;

import java.util.List;

/** Small sound files of every container, written by hand. */
final class FormatSamples {
  private FormatSamples() {}

  static List<byte[]> safetensors() {
    return List.of(
        SafetensorsParserTest.file(
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8),
        SafetensorsParserTest.file(
            "{\"__metadata__\":{\"format\":\"pt\"},"
                + "\"b\":{\"dtype\":\"BF16\",\"shape\":[2,3],\"data_offsets\":[8,20]},"
                + "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                + "\"z\":{\"dtype\":\"I64\",\"shape\":[0,1],\"data_offsets\":[20,20]}}   ",
            20));
  }
}
