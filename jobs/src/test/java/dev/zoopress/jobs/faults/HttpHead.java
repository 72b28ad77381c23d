package dev.zoopress.jobs.faults;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The lines of an HTTP/1.1 message before its body, as they came. */
record HttpHead(List<String> lines) {
  private static final int MAX_BYTES = 64 << 10;

  /** Reads up to the empty line; null if there is no further message. */
  static HttpHead read(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    List<String> lines = new ArrayList<>();
    for (int count = 0; count < MAX_BYTES; count++) {
      int b = in.read();
      if (b < 0) {
        if (lines.isEmpty() && line.size() == 0) {
          return null;
        }
        throw new EOFException("ends within a head");
      }
      if (b != '\n') {
        line.write(b);
        continue;
      }
      String text = line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
      if (text.isEmpty() && !lines.isEmpty()) {
        return new HttpHead(lines);
      }
      lines.add(text);
      line.reset();
    }
    throw new IOException("a head of more than " + MAX_BYTES + " bytes");
  }

  String method() {
    return word(0);
  }

  String target() {
    return word(1);
  }

  /** The status code of an answer. */
  int status() {
    return Integer.parseInt(word(1));
  }

  private String word(int index) {
    return lines.get(0).split(" ")[index];
  }

  /** A header's value, or null; {@code name} in lower case. */
  String header(String name) {
    for (String line : lines.subList(1, lines.size())) {
      int colon = line.indexOf(':');
      if (colon > 0 && line.substring(0, colon).toLowerCase(Locale.ROOT).equals(name)) {
        return line.substring(colon + 1).strip();
      }
    }
    return null;
  }

  /** What Content-Length says, or -1. */
  long bodyBytes() {
    String length = header("content-length");
    return length == null ? -1 : Long.parseLong(length);
  }

  /** The bytes to send, without headers for one hop, {@code connection} instead. */
  byte[] bytes(String connection) {
    StringBuilder text = new StringBuilder();
    for (String line : lines) {
      String lower = line.toLowerCase(Locale.ROOT);
      if (!lower.startsWith("connection:") && !lower.startsWith("expect:")) {
        text.append(line).append("\r\n");
      }
    }
    return text.append("Connection: " + connection + "\r\n\r\n")
        .toString()
        .getBytes(StandardCharsets.ISO_8859_1);
  }
}
