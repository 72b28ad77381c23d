package dev.zoopress.jobs.store;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Names from outside as parts of keys, and back. A name is percent-encoded but for {@code
 * [A-Za-z0-9._-]}; a leading dot, and the whole name {@code refs}, too. An encoding of more than
 * {@value #SEGMENT} bytes, which no file name may have, goes on in the next segment after a single
 * {@code %} at the end.
 */
final class KeyName {
  static final int SEGMENT = 200;

  /** With the rest of the layout this stays below what S3 allows. */
  static final int MAX_ENCODED = 780;

  private static final String HEX = "0123456789ABCDEF";

  private KeyName() {}

  /**
   * Returns the path of {@code name}.
   *
   * @throws IllegalArgumentException if the name is empty or too long
   */
  static String encode(String what, String name) {
    StringBuilder out = new StringBuilder();
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (!new String(bytes, StandardCharsets.UTF_8).equals(name)) {
      throw new IllegalArgumentException(what + " is not valid Unicode");
    }
    for (int i = 0; i < bytes.length; i++) {
      int b = bytes[i] & 0xff;
      boolean first = i == 0;
      if (plain(b) && !(first && (b == '.' || name.equals("refs")))) {
        out.append((char) b);
      } else {
        out.append('%').append(HEX.charAt(b >> 4)).append(HEX.charAt(b & 15));
      }
    }
    if (out.isEmpty() || out.length() > MAX_ENCODED) {
      throw new IllegalArgumentException(
          what
              + " must have 1 to "
              + MAX_ENCODED
              + " bytes when percent-encoded, this one has "
              + out.length());
    }
    for (int at = SEGMENT; at < out.length(); at += SEGMENT + 2) {
      out.insert(at, "%/");
    }
    return out.toString();
  }

  /** True if a segment says that the name goes on in the next one. */
  static boolean continues(String segment) {
    return segment.endsWith("%");
  }

  /** Returns the name that {@link #encode} made this path of, or null if it made none. */
  static String decode(String what, String path) {
    String joined = path.replace("%/", "");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < joined.length(); i++) {
      char c = joined.charAt(i);
      if (c == '%') {
        int high = i + 2 < joined.length() ? HEX.indexOf(joined.charAt(i + 1)) : -1;
        int low = i + 2 < joined.length() ? HEX.indexOf(joined.charAt(i + 2)) : -1;
        if (high < 0 || low < 0) {
          return null;
        }
        out.write(high << 4 | low);
        i += 2;
      } else if (plain(c)) {
        out.write(c);
      } else {
        return null;
      }
    }
    String name = out.toString(StandardCharsets.UTF_8);
    try {
      return encode(what, name).equals(path) ? name : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static boolean plain(int c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || c == '.'
        || c == '_'
        || c == '-';
  }
}
