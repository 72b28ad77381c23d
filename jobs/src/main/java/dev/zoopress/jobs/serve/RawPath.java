package dev.zoopress.jobs.serve;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The segments of a request's raw path, each percent-decoded once; {@code +} stands for itself. */
final class RawPath {
  private RawPath() {}

  /** The decoded segments, or null where one is not UTF-8 or its escapes are broken. */
  static List<String> segments(String rawPath) {
    List<String> segments = new ArrayList<>();
    for (String raw : rawPath.split("/", -1)) {
      if (!raw.isEmpty()) {
        String decoded = decode(raw);
        if (decoded == null) {
          return null;
        }
        segments.add(decoded);
      }
    }
    return segments;
  }

  private static String decode(String raw) {
    if (raw.indexOf('%') < 0) {
      return raw;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
    byte[] ascii = raw.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < ascii.length; i++) {
      if (ascii[i] != '%') {
        bytes.write(ascii[i]);
        continue;
      }
      int high = i + 2 < ascii.length ? Character.digit(ascii[i + 1], 16) : -1;
      int low = i + 2 < ascii.length ? Character.digit(ascii[i + 2], 16) : -1;
      if (high < 0 || low < 0) {
        return null;
      }
      bytes.write(high << 4 | low);
      i += 2;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
