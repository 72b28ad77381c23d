package dev.zoopress.codec.manifest;

/** What a path inside a model may look like: relative, '/'-separated, never leaving its folder. */
public final class FilePaths {
  private static final int MAX_CHARS = 4096;

  private FilePaths() {}

  /** Why {@code path} may not be used, or null when it may. */
  public static String problem(String path) {
    if (path.isEmpty() || path.length() > MAX_CHARS) {
      return "has " + path.length() + " characters";
    }
    if (path.indexOf('\0') >= 0) {
      return "holds a NUL";
    }
    for (String part : path.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        return "is absolute or leaves its folder";
      }
    }
    return null;
  }
}
