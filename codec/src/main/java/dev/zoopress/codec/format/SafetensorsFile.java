package dev.zoopress.codec.format;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * What the header of a safetensors file says, every rule of the format checked.
 *
 * @param header the JSON text as it stands in the file, padding included, without its length; owned
 *     by the caller
 * @param tensors in the order of their data, the empty ones too
 * @param metadata the content of {@code __metadata__}, empty where there is none
 */
public record SafetensorsFile(byte[] header, List<Tensor> tensors, Map<String, String> metadata) {
  /** What the header's length takes at the start of the file. */
  public static final int PREFIX_BYTES = 8;

  /**
   * A tensor.
   *
   * @param offsetBytes where its data starts in the file
   */
  public record Tensor(
      String name, DType dtype, List<Long> shape, long offsetBytes, long lengthBytes) {}

  public SafetensorsFile {
    tensors = List.copyOf(tensors);
    metadata = Map.copyOf(metadata);
  }

  /**
   * Reads and checks the header of {@code source}.
   *
   * @throws dev.zoopress.codec.MalformedInputException if any rule of the format is broken
   */
  public static SafetensorsFile read(ByteSource source) throws IOException {
    return SafetensorsParser.read(source);
  }

  /** Where the data starts in the file. */
  public long dataStart() {
    return PREFIX_BYTES + (long) header.length;
  }
}
