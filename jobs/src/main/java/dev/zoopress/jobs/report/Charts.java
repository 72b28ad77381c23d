package dev.zoopress.jobs.report;

import dev.zoopress.eval.report.Html;
import dev.zoopress.eval.report.Numbers;
import dev.zoopress.jobs.report.StoreReport.Growth;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** Pictures of a store as inline SVG. */
final class Charts {
  private static final int WIDTH = 760;
  private static final int LABEL = 230;
  private static final int NUMBERS = 220;
  private static final int ROW = 34;
  private static final int HEIGHT = 230;
  private static final int LEFT = 76;
  private static final int BOTTOM = 30;
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("uuuu-MM-dd").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("MM-dd HH:mm").withZone(ZoneOffset.UTC);

  private Charts() {}

  /** A name with what it was and what it takes. */
  record Pair(String name, long sourceBytes, long storedBytes) {}

  /** Two bars a row, in the order given. */
  static void pairs(Html page, String title, List<Pair> pairs) {
    double most = Math.max(1, pairs.stream().mapToLong(Pair::sourceBytes).max().orElse(1));
    begin(page, title, pairs.size() * ROW + 6);
    int y = 4;
    for (Pair pair : pairs) {
      double source = (WIDTH - LABEL - NUMBERS) * pair.sourceBytes() / most;
      double stored = (WIDTH - LABEL - NUMBERS) * pair.storedBytes() / most;
      text(page, "name", 0, y + 16, "start", shortened(pair.name()));
      bar(page, "source", LABEL, y, source, 11);
      bar(page, "stored", LABEL, y + 13, stored, 11);
      String numbers =
          Numbers.bytes(pair.sourceBytes()) + " → " + Numbers.bytes(pair.storedBytes());
      if (pair.sourceBytes() != pair.storedBytes()) {
        double saved = 1 - (double) pair.storedBytes() / Math.max(1, pair.sourceBytes());
        numbers += " (" + (saved < 0 ? "+" : "−") + Numbers.percent(Math.abs(saved)) + ")";
      }
      text(page, "", LABEL + Math.max(source, stored) + 8, y + 16, "start", numbers);
      y += ROW;
    }
    page.raw("</svg></div>");
    legend(page, "original", "in the store");
  }

  /** What came in and what it took, summed up from run to run. */
  static void growth(Html page, List<Growth> growth) {
    long source = 0;
    long stored = 0;
    long first = growth.get(0).at().toEpochMilli();
    long last = growth.get(growth.size() - 1).at().toEpochMilli();
    long total = growth.stream().mapToLong(Growth::sourceBytes).sum();
    double span = Math.max(1, last - first);
    double most = Math.max(1, total);
    StringBuilder sources = new StringBuilder();
    StringBuilder stores = new StringBuilder();
    StringBuilder dots = new StringBuilder();
    for (Growth step : growth) {
      double x = growth.size() == 1 ? WIDTH - 30 : at(step.at().toEpochMilli(), first, span);
      point(sources, x, height(source, most));
      point(stores, x, height(stored, most));
      source += step.sourceBytes();
      stored += step.storedBytes();
      point(sources, x, height(source, most));
      point(stores, x, height(stored, most));
      dots.append(dot("source", x, height(source, most)));
      dots.append(dot("stored", x, height(stored, most)));
    }
    begin(page, "What compress runs took in and what they added to the store, in all", HEIGHT);
    for (int i = 0; i <= 4; i++) {
      double y = height(total * i / 4, most);
      page.raw(
          String.format(
              Locale.ROOT,
              "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
              LEFT,
              WIDTH - 20,
              y,
              y));
      text(page, "", LEFT - 8, y + 4, "end", Numbers.bytes(total * i / 4));
    }
    String start = String.format(Locale.ROOT, "%d,%.1f ", LEFT, height(0, most));
    page.raw("<polyline class=\"line source\" points=\"" + start + sources + "\"/>");
    page.raw("<polyline class=\"line stored\" points=\"" + start + stores + "\"/>")
        .raw(dots.toString());
    DateTimeFormatter format = span < 3 * 86_400_000L ? MINUTE : DAY;
    text(page, "", LEFT, HEIGHT - 8, "start", format.format(Instant.ofEpochMilli(first)));
    if (growth.size() > 1) {
      text(page, "", WIDTH - 20, HEIGHT - 8, "end", format.format(Instant.ofEpochMilli(last)));
    }
    page.raw("</svg></div>");
    legend(page, "taken in", "added to the store");
  }

  private static double at(long millis, long first, double span) {
    return LEFT + 10 + (WIDTH - LEFT - 40) * ((millis - first) / span);
  }

  private static double height(double bytes, double most) {
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - 14) * bytes / most;
  }

  private static void point(StringBuilder to, double x, double y) {
    to.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
  }

  private static String dot(String kind, double x, double y) {
    return String.format(
        Locale.ROOT, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/>", kind, x, y);
  }

  private static void begin(Html page, String title, int height) {
    page.raw(
        "<div class=\"wide\"><svg class=\"bars\" role=\"img\" viewBox=\"0 0 "
            + WIDTH
            + " "
            + height
            + "\"><title>");
    page.text(title).raw("</title>");
  }

  private static void bar(Html page, String kind, double x, double y, double width, int height) {
    page.raw(
        String.format(
            Locale.ROOT,
            "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>",
            kind,
            x,
            y,
            Math.max(1, width),
            height));
  }

  private static void text(
      Html page, String kind, double x, double y, String anchor, String words) {
    page.raw(
            String.format(
                Locale.ROOT,
                "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">",
                kind,
                x,
                y,
                anchor))
        .text(words)
        .raw("</text>");
  }

  private static void legend(Html page, String source, String stored) {
    page.raw("<p class=\"legend\"><span class=\"key source\"></span>").text(source);
    page.raw(" <span class=\"key stored\"></span>").text(stored).raw("</p>");
  }

  private static String shortened(String name) {
    return name.length() <= 25 ? name : "…" + name.substring(name.length() - 24);
  }
}
