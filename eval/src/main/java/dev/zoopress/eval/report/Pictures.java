package dev.zoopress.eval.report;

import dev.zoopress.eval.compare.ModelResult;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Sizes as bars. */
final class Pictures {
  private static final int MOST_BARS = 30;
  private static final int WIDTH = 760;
  private static final int LABEL = 250;
  private static final int NUMBERS = 210;
  private static final int ROW = 34;

  private Pictures() {}

  /** Original and stored size of each model, the largest first. */
  static void sizes(Html page, List<ModelResult> models) {
    List<ModelResult> shown =
        models.stream()
            .filter(m -> m.sourceBytes() > 0)
            .sorted(Comparator.comparingLong(ModelResult::sourceBytes).reversed())
            .limit(MOST_BARS)
            .toList();
    if (shown.isEmpty()) {
      return;
    }
    double most = shown.get(0).sourceBytes();
    int height = shown.size() * ROW + 6;
    page.raw(
        "<div class=\"wide\"><svg class=\"bars\" role=\"img\" viewBox=\"0 0 "
            + WIDTH
            + " "
            + height
            + "\"><title>Size of each model, original and stored</title>");
    int y = 4;
    for (ModelResult model : shown) {
      double source = (WIDTH - LABEL - NUMBERS) * model.sourceBytes() / most;
      double stored = (WIDTH - LABEL - NUMBERS) * model.storedBytes() / most;
      page.raw("<text class=\"name\" x=\"0\" y=\"" + (y + 16) + "\">")
          .text(shortened(model.model()))
          .raw("</text>");
      bar(page, "source", y, source);
      bar(page, "stored", y + 13, stored);
      double share = 1 - (double) model.storedBytes() / model.sourceBytes();
      page.raw(
              String.format(
                  Locale.ROOT,
                  "<text x=\"%.1f\" y=\"%d\">",
                  LABEL + Math.max(source, stored) + 8,
                  y + 16))
          .text(
              Numbers.bytes(model.sourceBytes())
                  + " → "
                  + Numbers.bytes(model.storedBytes())
                  + " ("
                  + (share >= 0 ? "−" : "+")
                  + Numbers.percent(Math.abs(share))
                  + ")")
          .raw("</text>");
      y += ROW;
    }
    page.raw("</svg></div>");
    page.raw(
        "<p class=\"legend\"><span class=\"key source\"></span>original <span class=\"key stored\">"
            + "</span>in the store; what models share is counted with each</p>");
    if (models.size() > shown.size()) {
      page.element("p", "The " + shown.size() + " largest models are drawn.");
    }
  }

  private static void bar(Html page, String kind, int y, double width) {
    page.raw(
        String.format(
            Locale.ROOT,
            "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"11\" rx=\"2\"/>",
            kind,
            LABEL,
            y,
            Math.max(1, width)));
  }

  private static String shortened(String name) {
    return name.length() <= 36 ? name : "…" + name.substring(name.length() - 35);
  }
}
