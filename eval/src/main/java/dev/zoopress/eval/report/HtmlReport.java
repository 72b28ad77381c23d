package dev.zoopress.eval.report;

import dev.zoopress.eval.compare.Level;
import dev.zoopress.eval.compare.LevelResult;
import dev.zoopress.eval.compare.ModelResult;
import dev.zoopress.eval.compare.Verdict;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** The page for people: one file, nothing to fetch, no script. */
final class HtmlReport {
  private static final int MOST_MODELS = 200;
  private static final int OPEN_MODELS = 3;
  private static final DateTimeFormatter WHEN =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

  private final Html page = new Html();
  private final Heading heading;
  private final List<ModelResult> models;
  private final List<String> notes;

  HtmlReport(Heading heading, List<ModelResult> models, List<String> notes) {
    this.heading = heading;
    this.models = models;
    this.notes = notes;
  }

  String page() throws IOException {
    page.raw("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">");
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    page.raw("<title>Zoopress evaluation</title><style>")
        .raw(Html.style())
        .raw("</style></head><body>");
    page.raw("<header><h1>Do the stored models compute what the originals compute?</h1>");
    page.raw("<p class=\"quiet\">")
        .text("Run " + heading.runId() + ", " + WHEN.format(heading.started()))
        .raw("</p></header><main>");
    verdict();
    page.raw("<h2>Size</h2>");
    Pictures.sizes(page, models);
    overview();
    GlueTable.write(page, models);
    page.raw("<h2>Model by model</h2>");
    for (int i = 0; i < Math.min(models.size(), MOST_MODELS); i++) {
      boolean open = i < OPEN_MODELS || models.get(i).verdict() == Verdict.NOT_EQUAL;
      new ModelSection(page, models.get(i)).write("m" + i, open);
    }
    if (models.size() > MOST_MODELS) {
      page.element("p", "The other models are in report.json.");
    }
    proof();
    environment();
    page.raw("</main></body></html>\n");
    return page.toString();
  }

  private long count(Verdict verdict) {
    return models.stream().filter(m -> m.verdict() == verdict).count();
  }

  private long compared(Level level) {
    return models.stream()
        .flatMap(m -> m.levels().stream())
        .filter(l -> l.level() == level)
        .mapToLong(LevelResult::compared)
        .sum();
  }

  private void verdict() {
    Verdict worst = Reports.verdict(models);
    String kind = worst.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    page.raw("<section class=\"verdict " + kind + "\"><p class=\"big\">");
    page.text(
        switch (worst) {
          case EQUAL ->
              count(Verdict.EQUAL) == 1
                  ? "✓ EQUAL"
                  : "✓ All " + Numbers.count(count(Verdict.EQUAL)) + " evaluated models are EQUAL";
          case NOT_EQUAL -> "✗ " + Numbers.count(count(Verdict.NOT_EQUAL), "model") + " NOT EQUAL";
          case INCONCLUSIVE ->
              "? " + Numbers.count(count(Verdict.INCONCLUSIVE), "model") + " INCONCLUSIVE";
          case NOT_RUN -> "– Nothing was evaluated";
        });
    page.raw("</p><p>");
    page.text(
        switch (worst) {
          case EQUAL ->
              "What the store gives back is the same, byte for byte, and computes the same outputs,"
                  + " bit for bit.";
          case NOT_EQUAL ->
              "Something that the store gives back is not what the original is. See below which"
                  + " model and which file; keep the original.";
          case INCONCLUSIVE ->
              "The outputs could not be compared in a way that proves anything. See the reasons"
                  + " below; differing bytes were not found.";
          case NOT_RUN ->
              "No task could be run on any model, so nothing is shown. See the reasons.";
        });
    page.raw("</p></section><section class=\"tiles\">");
    long source = models.stream().mapToLong(ModelResult::sourceBytes).sum();
    long stored = models.stream().mapToLong(ModelResult::storedBytes).sum();
    tile(Numbers.count(models.size()), models.size() == 1 ? "model" : "models");
    tile(Numbers.count(compared(Level.L0)), "files compared");
    tile(Numbers.count(compared(Level.L1)), "tensors and buffers compared");
    tile(
        Numbers.count(models.stream().mapToLong(ModelResult::examples).sum()),
        "examples run on both sides");
    tile(
        source == 0 ? "–" : Numbers.percent(1 - (double) stored / source),
        "saved: "
            + Numbers.bytes(source)
            + " → "
            + Numbers.bytes(stored)
            + (models.size() > 1 ? ", what models share counted with each" : ""));
    page.raw("</section>");
  }

  private void tile(String number, String words) {
    page.raw("<div>").element("b", number).element("span", words).raw("</div>");
  }

  private void overview() {
    page.raw("<h2>All models</h2><div class=\"wide\"><table>");
    page.heads("Model", "Verdict", "Files", "Tensors", "#Examples", "#Original", "#Stored", "Why");
    page.raw("<tbody>");
    for (int i = 0; i < models.size(); i++) {
      ModelResult model = models.get(i);
      page.raw("<tr><td>");
      if (i < MOST_MODELS) {
        page.raw("<a href=\"#m" + i + "\">").text(model.model()).raw("</a>");
      } else {
        page.text(model.model());
      }
      page.raw("</td><td>" + ModelSection.badge(model.verdict()) + "</td>");
      level(model, 0);
      level(model, 1);
      page.element("td class=\"n\"", Numbers.count(model.examples()));
      page.element("td class=\"n\"", Numbers.bytes(model.sourceBytes()));
      page.element("td class=\"n\"", Numbers.bytes(model.storedBytes()));
      page.element("td", model.reasons().isEmpty() ? "" : model.reasons().get(0)).raw("</tr>");
    }
    page.raw("</tbody></table></div>");
  }

  private void level(ModelResult model, int index) {
    if (model.levels().size() <= index) {
      page.raw("<td></td>");
      return;
    }
    LevelResult level = model.levels().get(index);
    page.raw("<td class=\"" + (level.passed() ? "equal" : "different") + "\">")
        .text(
            level.passed()
                ? Numbers.count(level.compared()) + " equal"
                : Numbers.count(level.differing()) + " differ")
        .raw("</td>");
  }

  private void proof() {
    page.raw("<h2>What this proves, and what it does not</h2><div class=\"columns\"><div>");
    page.raw("<h3>It proves</h3><ul>");
    page.element(
        "li",
        "L0: every file that the store gives back has the size and the SHA-256 of the original. This"
            + " alone proves that nothing was lost; it needs no trust in any output.");
    page.element(
        "li",
        "L1: every tensor, and every buffer of weights that was handed to the runtime on either side,"
            + " has the same SHA-256.");
    page.element(
        "li",
        "L2 to L5: on this machine, with these examples, both sides give the same output bits, hence"
            + " the same answers and the same metrics. Runs went original, stored, original; where the"
            + " original differed from itself the verdict is INCONCLUSIVE.");
    page.raw("</ul></div><div><h3>It does not prove</h3><ul>");
    page.element(
        "li",
        "that a model is good: metrics are shown to be the same on both sides, not to be high.");
    page.element(
        "li",
        "that other machines, runtimes or versions give these very bits. They differ in the last"
            + " places from each other, for the original just as for the stored model.");
    page.element(
        "li",
        "anything by outputs about weights that no example touched, such as embedding rows of words"
            + " that did not occur: those rest on L0 and L1, and their number is given.");
    page.element(
        "li",
        "that a flipped low bit would reach the outputs. The controls show which flips do; L0 and L1"
            + " see every one.");
    page.raw("</ul></div></div>");
  }

  private void environment() {
    page.raw("<h2>Environment</h2><dl>");
    page.element("dt", "original").element("dd", heading.original());
    page.element("dt", "store").element("dd", heading.store());
    heading.environment().forEach((name, value) -> page.element("dt", name).element("dd", value));
    for (String note : notes) {
      page.element("dt", "note").element("dd", note);
    }
    page.raw("</dl>");
  }
}
