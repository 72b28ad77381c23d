package dev.zoopress.codec.format;

import dev.zoopress.codec.tensor.DType;
import java.util.List;
import java.util.Objects;

/**
 * A tensor that an ONNX file keeps in another file.
 *
 * @param name the tensor's name
 * @param dtype its element type
 * @param shape row-major, slowest dimension first
 * @param location path of the other file relative to the ONNX file's folder: no {@code ..}, not
 *     absolute, {@code /} between names
 * @param offsetBytes where the tensor starts there; not yet checked against that file's size
 * @param lengthBytes its length, as type and shape demand
 */
public record ExternalTensor(
    String name,
    DType dtype,
    List<Long> shape,
    String location,
    long offsetBytes,
    long lengthBytes) {
  public ExternalTensor {
    Objects.requireNonNull(name);
    Objects.requireNonNull(dtype);
    Objects.requireNonNull(location);
    shape = List.copyOf(shape);
    if (offsetBytes < 0 || lengthBytes < 0 || lengthBytes > Long.MAX_VALUE - offsetBytes) {
      throw new IllegalArgumentException(
          "external tensor at " + offsetBytes + " of " + lengthBytes + " bytes");
    }
  }
}
