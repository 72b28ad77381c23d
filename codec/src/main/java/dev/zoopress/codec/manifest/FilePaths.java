package dev.zoopress.codec.manifest;

import java.nio.charset.StandardCharsets;

/** What a path inside a model may look like: relative, '/'-separated, never leaving its folder. */
public final class FilePaths {
  private static final int MAX_CHARS = 4096;
  private static final int MAX_PART_BYTES = 255;

  private FilePaths() {}

  /** Why {@code path} may not be used, or null when it may. */
  public static String problem(String path) {
    if (path.isEmpty() || path.length() > MAX_CHARS) {
      return "has " + path.length() + " characters";
    }
    if (path.indexOf('\0') >= 0) {
      return "holds a NUL";
    }
    if (path.indexOf('\\') >= 0) {
      return "holds a backslash, a separator to some systems";
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(path)) {
      return "is not valid Unicode";
    }
    for (String part : path.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        return "is absolute or leaves its folder";
      }
      if (part.getBytes(StandardCharsets.UTF_8).length > MAX_PART_BYTES) {
        return "has a part of more than " + MAX_PART_BYTES + " bytes";
      }
    }
    return null;
  }
}
