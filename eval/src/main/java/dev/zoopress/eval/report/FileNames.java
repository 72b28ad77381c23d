package dev.zoopress.eval.report;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** File names for models, whose names come from strangers. */
final class FileNames {
  private FileNames() {}

  /** {@code org__name}; every other character as its bytes in hex after {@code %}. */
  static String of(String model) {
    StringBuilder name = new StringBuilder();
    for (byte b : model.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean plain =
          c < 128 && (Character.isLetterOrDigit(c) || c == '-' || c == '.' && name.length() > 0);
      if (c == '/') {
        name.append("__");
      } else if (plain || c == '_') {
        name.append(c);
      } else {
        name.append('%').append(String.format(Locale.ROOT, "%02x", (int) c));
      }
    }
    return name.toString();
  }
}
