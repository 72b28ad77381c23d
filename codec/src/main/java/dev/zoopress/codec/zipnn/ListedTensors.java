package dev.zoopress.codec.zipnn;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.zoopress.codec.MalformedInputException;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The list of coded tensors in a file's metadata: {@code {"name": {"dtype": "bfloat16", "shape":
 * "[300, 500]"}}} in the spelling of Python's {@code json.dumps}. Type and shape are only told;
 * readers take them from the segments.
 */
final class ListedTensors {
  /** The metadata key. */
  static final String KEY = "znn_compressed_vectors";

  private static final JsonFactory JSON = new JsonFactory();

  private final Map<String, String> rows = new TreeMap<>();

  void add(String name, DType dtype, List<Long> shape) {
    rows.put(
        name, "{\"dtype\": \"" + pythonName(dtype) + "\", \"shape\": " + quoted(shape + "") + "}");
  }

  String encode() {
    StringBuilder text = new StringBuilder("{");
    rows.forEach(
        (name, row) ->
            text.append(text.length() == 1 ? "" : ", ")
                .append(quoted(name))
                .append(": ")
                .append(row));
    return text.append('}').toString();
  }

  /** The names in a list. */
  static Set<String> names(String source, String text) throws IOException {
    Set<String> names = new HashSet<>();
    try (JsonParser json = JSON.createParser(text)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw malformed(source);
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        names.add(json.currentName());
        json.nextToken();
        json.skipChildren();
      }
      if (json.currentToken() != JsonToken.END_OBJECT) {
        throw malformed(source);
      }
      return names;
    } catch (JacksonException e) {
      throw malformed(source);
    }
  }

  private static MalformedInputException malformed(String source) {
    return new MalformedInputException(source, 8, KEY + " in the metadata is no JSON object");
  }

  /** Whether ZipNN has a coding for the type. */
  static boolean codes(DType dtype) {
    return pythonName(dtype) != null;
  }

  private static String pythonName(DType dtype) {
    return switch (dtype) {
      case F32 -> "float32";
      case F16 -> "float16";
      case BF16 -> "bfloat16";
      case F8_E4M3 -> "float8_e4m3fn";
      case F8_E5M2 -> "float8_e5m2";
      default -> null;
    };
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        case '\b' -> quoted.append("\\b");
        case '\f' -> quoted.append("\\f");
        default -> {
          if (c < ' ' || c > '~') {
            quoted.append(String.format("\\u%04x", (int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }
}
