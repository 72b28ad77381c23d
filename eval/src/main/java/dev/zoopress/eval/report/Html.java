package dev.zoopress.eval.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Text that becomes part of a page. Names come from strangers: everything is escaped here. */
public final class Html {
  private final StringBuilder out = new StringBuilder();

  /** For element content and quoted attributes; characters that no page may hold are replaced. */
  public static String escape(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(isShown(c) ? c : 0xfffd);
              }
            });
    return out.toString();
  }

  /** Neither controls, nor halves of pairs, nor marks that turn the direction of text. */
  private static boolean isShown(int c) {
    int type = Character.getType(c);
    return c == '\t'
        || c == '\n'
        || c == '\r'
        || type != Character.CONTROL
            && type != Character.SURROGATE
            && type != Character.FORMAT
            && c != 0xfffe
            && c != 0xffff;
  }

  /** Appends markup that is ours. */
  public Html raw(String markup) {
    out.append(markup);
    return this;
  }

  public Html text(String text) {
    out.append(escape(text));
    return this;
  }

  /** {@code <name>text</name>}. */
  public Html element(String name, String text) {
    return raw("<" + name + ">").text(text).raw("</" + name.split(" ", 2)[0] + ">");
  }

  /** A table's head; names that start with {@code #} stand over numbers. */
  public Html heads(String... names) {
    raw("<thead><tr>");
    for (String name : names) {
      if (name.startsWith("#")) {
        element("th class=\"n\"", name.substring(1));
      } else {
        element("th", name);
      }
    }
    return raw("</tr></thead>");
  }

  /** The style sheet that all pages share: light, dark, phone, print. */
  public static String style() throws IOException {
    try (InputStream in = Objects.requireNonNull(Html.class.getResourceAsStream("report.css"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
