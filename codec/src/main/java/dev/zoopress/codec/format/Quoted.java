package dev.zoopress.codec.format;

/** Names from input, fit for one line of a message: quoted, escaped and cut. */
final class Quoted {
  private static final int MAX_CHARS = 80;

  private Quoted() {}

  static String of(String name) {
    StringBuilder text = new StringBuilder("'");
    for (int i = 0; i < name.length(); i++) {
      if (i == MAX_CHARS) {
        return text.append("...'").toString();
      }
      char c = name.charAt(i);
      if (Character.isISOControl(c) || Character.isSurrogate(c) || c == '\'' || c == '\\') {
        text.append(String.format("\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    return text.append('\'').toString();
  }
}
