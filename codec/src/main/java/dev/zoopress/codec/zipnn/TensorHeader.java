package dev.zoopress.codec.zipnn;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.zoopress.codec.format.SafetensorsFile;
import dev.zoopress.codec.tensor.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The header of a new safetensors file, laid out as the reference implementation does: tensors by
 * falling type and rising name, the text padded with spaces to a multiple of eight.
 */
final class TensorHeader {
  /** A tensor to be written. */
  record Row(String name, DType dtype, List<Long> shape, long lengthBytes) {}

  /** The reference sorts by this order of its types. */
  private static final List<DType> RISING =
      List.of(
          DType.BOOL,
          DType.F4,
          DType.F6_E2M3,
          DType.F6_E3M2,
          DType.U8,
          DType.I8,
          DType.F8_E5M2,
          DType.F8_E4M3,
          DType.F8_E8M0,
          DType.F8_E4M3FNUZ,
          DType.F8_E5M2FNUZ,
          DType.I16,
          DType.U16,
          DType.F16,
          DType.BF16,
          DType.I32,
          DType.U32,
          DType.F32,
          DType.C64,
          DType.F64,
          DType.I64,
          DType.U64);

  private static final JsonFactory JSON = new JsonFactory();
  private static final int ALIGNMENT = 8;

  private TensorHeader() {}

  /** The rows in the order in which their data is to follow the header. */
  static List<Row> sorted(List<Row> rows) {
    List<Row> sorted = new ArrayList<>(rows);
    sorted.sort(
        Comparator.comparingInt((Row r) -> -RISING.indexOf(r.dtype())).thenComparing(Row::name));
    return sorted;
  }

  /** Length and text, for data in the order of {@code rows}. */
  static byte[] encode(List<Row> rows, Map<String, String> metadata) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    text.write(new byte[SafetensorsFile.PREFIX_BYTES]);
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart("__metadata__");
        for (Map.Entry<String, String> e : new TreeMap<>(metadata).entrySet()) {
          json.writeStringField(e.getKey(), e.getValue());
        }
        json.writeEndObject();
      }
      long at = 0;
      for (Row row : rows) {
        json.writeObjectFieldStart(row.name());
        json.writeStringField("dtype", row.dtype().name());
        json.writeFieldName("shape");
        long[] shape = row.shape().stream().mapToLong(Long::longValue).toArray();
        json.writeArray(shape, 0, shape.length);
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {at, at + row.lengthBytes()}, 0, 2);
        json.writeEndObject();
        at += row.lengthBytes();
      }
      json.writeEndObject();
    }
    int end = text.size();
    byte[] header =
        Arrays.copyOf(text.toByteArray(), (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    Arrays.fill(header, end, header.length, (byte) ' ');
    ByteBuffer.wrap(header)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length - SafetensorsFile.PREFIX_BYTES);
    return header;
  }
}
