package dev.zoopress.jobs.store;

import java.nio.charset.StandardCharsets;

/** What may be a key or a folder of an {@link ObjectStore}. */
final class Keys {
  /** S3 allows 1,024 bytes, of which a store's own prefix takes some. */
  static final int MAX_BYTES = 1000;

  private Keys() {}

  /** Returns {@code key} or throws {@link IllegalArgumentException}. */
  static String key(String key) {
    if (key.isEmpty() || key.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      throw new InvalidKeyException(
          "key must have 1 to " + MAX_BYTES + " bytes: '" + abbreviate(key) + "'");
    }
    int start = 0;
    for (int i = 0; i <= key.length(); i++) {
      if (i == key.length() || key.charAt(i) == '/') {
        segment(key, key.substring(start, i));
        start = i + 1;
      }
    }
    return key;
  }

  /** Returns {@code folder}, which is empty or a key followed by '/'. */
  static String folder(String folder) {
    if (!folder.isEmpty()) {
      if (!folder.endsWith("/")) {
        throw new InvalidKeyException("folder must end with '/': '" + folder + "'");
      }
      key(folder.substring(0, folder.length() - 1));
    }
    return folder;
  }

  private static void segment(String key, String segment) {
    boolean bad = segment.isEmpty() || segment.equals(".") || segment.equals("..");
    for (int i = 0; i < segment.length() && !bad; i++) {
      char c = segment.charAt(i);
      bad = c < 0x21 || c > 0x7e || c == '\\' || c == ':';
    }
    if (bad) {
      throw new InvalidKeyException(
          "key has an empty, relative or unprintable segment: '" + abbreviate(key) + "'");
    }
  }

  private static String abbreviate(String key) {
    String printable = key.replaceAll("[^\\x21-\\x7e]", "?");
    return printable.length() <= 80 ? printable : printable.substring(0, 80) + "...";
  }
}
