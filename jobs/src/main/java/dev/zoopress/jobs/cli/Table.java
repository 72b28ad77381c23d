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

  /** Names come from strangers: control characters must not reach a terminal. */
  static String printable(String text) {
    StringBuilder clean = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean bad = Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
      if (bad && clean == null) {
        clean = new StringBuilder(text);
      }
      if (bad) {
        clean.setCharAt(i, '?');
      }
    }
    return clean == null ? text : clean.toString();
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
