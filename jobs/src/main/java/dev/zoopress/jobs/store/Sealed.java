package dev.zoopress.jobs.store;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.hash.Digests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Small JSON objects that carry their own SHA-256: {@code {"sha256":"...","body":{...}}} and a line
 * feed, where the digest is that of the body's bytes as they stand. Every flipped bit shows.
 */
final class Sealed {
  static final int VERSION = 1;

  private static final String HEAD = "{\"sha256\":\"";
  private static final String MIDDLE = "\",\"body\":";
  private static final int BODY_OFFSET = HEAD.length() + 64 + MIDDLE.length();
  private static final String TAIL = "}\n";
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private Sealed() {}

  /** A body to fill, with its kind and format version first. */
  static ObjectNode body(String kind) {
    return JSON.createObjectNode().put("kind", kind).put("version", VERSION);
  }

  static byte[] seal(ObjectNode body) {
    try {
      String text = JSON.writeValueAsString(body);
      String digest = sha256(text.getBytes(StandardCharsets.UTF_8));
      return (HEAD + digest + MIDDLE + text + TAIL).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Returns the checked body.
   *
   * @throws CorruptContainerException if a byte differs from what was sealed
   * @throws UnsupportedVersionException if a newer version wrote it
   */
  static JsonNode open(String object, String kind, byte[] bytes) throws IOException {
    if (bytes.length < BODY_OFFSET + TAIL.length()) {
      throw new CorruptContainerException(object, bytes.length, "it is cut short");
    }
    byte[] body = Arrays.copyOfRange(bytes, BODY_OFFSET, bytes.length - TAIL.length());
    String frame = HEAD + sha256(body) + MIDDLE;
    byte[] expected = frame.getBytes(StandardCharsets.US_ASCII);
    int differs = Arrays.mismatch(expected, Arrays.copyOf(bytes, BODY_OFFSET));
    if (differs >= 0) {
      throw new CorruptContainerException(object, differs, "its checksum does not match");
    }
    int end = bytes.length - TAIL.length();
    if (bytes[end] != '}' || bytes[end + 1] != '\n') {
      throw new CorruptContainerException(object, end, "its end is not as written");
    }
    JsonNode node;
    try {
      node = JSON.readTree(body);
    } catch (IOException e) {
      // Sealed by somebody else: our own writer makes no such body.
      throw new CorruptContainerException(object, BODY_OFFSET, "its body is not JSON");
    }
    if (!node.path("kind").asText().equals(kind)) {
      throw new CorruptContainerException(object, BODY_OFFSET, "it is not a " + kind);
    }
    long version = node.path("version").asLong(-1);
    if (version != VERSION) {
      throw new UnsupportedVersionException(object, version, VERSION, VERSION);
    }
    return node;
  }

  static String text(String object, JsonNode body, String field) throws IOException {
    JsonNode node = body.path(field);
    if (!node.isTextual()) {
      throw new CorruptContainerException(object, BODY_OFFSET, "field '" + field + "' is no text");
    }
    return node.textValue();
  }

  static long count(String object, JsonNode body, String field) throws IOException {
    JsonNode node = body.path(field);
    if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 0) {
      throw new CorruptContainerException(object, BODY_OFFSET, "field '" + field + "' is no count");
    }
    return node.longValue();
  }

  static String sha256(byte[] bytes) {
    return Digests.sha256Hex(bytes);
  }
}
