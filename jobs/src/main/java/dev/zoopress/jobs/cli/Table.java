package dev.zoopress.jobs.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Columns of text: numbers to the right, the rest to the left, long columns whole. */
final class Table {
  private final String[] head;
  private final List<String[]> rows = new ArrayList<>();

  Table(String... head) {
    this.head = head;
  }

  void row(String... cells) {
    if (cells.length != head.length) {
      throw new IllegalArgumentException(cells.length + " cells, " + head.length + " columns");
    }
    String[] clean = new String[cells.length];
    for (int i = 0; i < cells.length; i++) {
      clean[i] = printable(cells[i]);
    }
    rows.add(clean);
  }

  /**
   * Names come from strangers: what would drive a terminal, forge a line or turn the text around is
   * shown as an escape, {@code \\n} or <code>&#92;u001b</code>.
   */
  static String printable(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              switch (Character.getType(c)) {
                case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                    clean.append(c == '\n' ? "\\n" : String.format("\\u%04x", c));
                default -> clean.appendCodePoint(c);
              }
            });
    return clean.toString();
  }

  void print(PrintWriter out) {
    if (rows.isEmpty()) {
      return;
    }
    int[] width = new int[head.length];
    boolean[] right = new boolean[head.length];
    for (int c = 0; c < head.length; c++) {
      width[c] = head[c].length();
      right[c] = true;
      for (String[] row : rows) {
        width[c] = Math.max(width[c], row[c].length());
        right[c] &= row[c].isEmpty() || row[c].matches("-?[0-9][0-9.,]*( ([kMGTP]?B|%))?");
      }
    }
    line(out, head, width, right);
    for (String[] row : rows) {
      line(out, row, width, right);
    }
  }

  private static void line(PrintWriter out, String[] cells, int[] width, boolean[] right) {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < cells.length; c++) {
      String pad = " ".repeat(width[c] - cells[c].length());
      line.append(c == 0 ? "" : "  ").append(right[c] ? pad + cells[c] : cells[c] + pad);
    }
    out.println(line.toString().stripTrailing());
  }
}
