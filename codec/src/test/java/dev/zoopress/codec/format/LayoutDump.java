package dev.zoopress.codec.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.MalformedInputException;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/**
 * Prints how files are cut, one line of JSON per file, for comparison with other implementations.
 * Argument: a file that lists one path per line.
 */
final class LayoutDump {
  private LayoutDump() {}

  /** Argument: the list. */
  public static void main(String[] args) throws Exception {
    for (String line : Files.readAllLines(Path.of(args[0]))) {
      System.out.println(dump(Path.of(line)));
    }
  }

  private static String dump(Path path) throws Exception {
    StringWriter text = new StringWriter();
    try (ByteSource source = new FileSource(path);
        JsonGenerator json = new JsonFactory().createGenerator(text)) {
      FileLayout layout = FileFormats.parse(path.toString(), source);
      json.writeStartObject();
      json.writeStringField("path", path.toString());
      json.writeStringField("format", layout.format());
      json.writeStringField("warning", layout.warning());
      json.writeArrayFieldStart("tensors");
      for (Segment segment : layout.segments()) {
        if (segment.dtype() != DType.OPAQUE) {
          write(json, segment.name(), segment.dtype(), segment.shape());
          json.writeNumberField("offset", segment.offsetBytes());
          json.writeNumberField("length", segment.lengthBytes());
          json.writeStringField("sha256", digest(source, segment));
          json.writeEndObject();
        }
      }
      json.writeEndArray();
      if (layout.format().equals("onnx")) {
        writeExternal(json, source);
      }
      json.writeEndObject();
    }
    return text.toString();
  }

  private static void writeExternal(JsonGenerator json, ByteSource source) throws IOException {
    json.writeArrayFieldStart("external");
    try {
      for (ExternalTensor tensor : FileFormats.externalTensors(source)) {
        write(json, tensor.name(), tensor.dtype(), tensor.shape());
        json.writeStringField("location", tensor.location());
        json.writeNumberField("offset", tensor.offsetBytes());
        json.writeNumberField("length", tensor.lengthBytes());
        json.writeEndObject();
      }
      json.writeEndArray();
    } catch (MalformedInputException e) {
      json.writeEndArray();
      json.writeStringField("externalRefused", e.getMessage());
    }
  }

  private static void write(JsonGenerator json, String name, DType dtype, List<Long> shape)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("name", name);
    json.writeStringField("dtype", dtype.name());
    json.writeArrayFieldStart("shape");
    for (long dimension : shape) {
      json.writeNumber(dimension);
    }
    json.writeEndArray();
  }

  private static String digest(ByteSource source, Segment segment) throws Exception {
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    byte[] buffer = new byte[1 << 16];
    long at = segment.offsetBytes();
    while (at < segment.endBytes()) {
      int step = (int) Math.min(buffer.length, segment.endBytes() - at);
      source.readFully(at, buffer, 0, step);
      sha.update(buffer, 0, step);
      at += step;
    }
    return HexFormat.of().formatHex(sha.digest());
  }
}
