package dev.zoopress.jobs.report;

import dev.zoopress.eval.report.Html;
import dev.zoopress.eval.report.Numbers;
import dev.zoopress.jobs.compress.ByteShare;
import dev.zoopress.jobs.compress.Totals;
import dev.zoopress.jobs.inspect.StatsResult.ModelCost;
import dev.zoopress.jobs.report.StoreReport.Advice;
import dev.zoopress.jobs.report.StoreReport.Check;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The page for people: one file, nothing to fetch, no script. */
final class StorePage {
  private static final int BIGGEST = 20;
  private static final int MAX_MODELS = 1000;
  private static final int MAX_FAMILIES = 50;
  private static final int MAX_GROUPS = 15;
  private static final int MAX_RUNS = 25;
  private static final DateTimeFormatter WHEN =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);
  private static final Map<String, String> TECHNIQUES =
      Map.of(
          "duplicates", "duplicates, stored once",
          "delta", "differences and twins",
          "entropy", "entropy coding",
          "raw", "kept as they are");

  private static final String STYLE =
      """
      .line{fill:none;stroke-width:2.5}.line.source,circle.source{stroke:var(--source)}.line.stored,circle.stored{stroke:var(--stored)}
      circle.source{fill:var(--source)}circle.stored{fill:var(--stored)}.grid{stroke:var(--line)}
      ul.next{list-style:none;padding:0}ul.next li{border-left:4px solid var(--doubt);padding:4px 12px;margin:8px 0;background:var(--soft)}
      ul.next li.problem{border-color:var(--bad)}code.command{display:block;overflow-wrap:anywhere;margin-top:2px}
      .wide>svg.bars{min-width:620px}td.word{min-width:15em}td.n+td:not(.n),th.n+th:not(.n){padding-left:14px}
      td.quiet{color:var(--quiet)}@media print{.line,circle{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
      """;

  private final Html page = new Html();
  private final StoreReport report;

  StorePage(StoreReport report) {
    this.report = report;
  }

  String page() throws IOException {
    page.raw("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">");
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    page.raw("<title>Zoopress store</title><style>").raw(Html.style()).raw(STYLE);
    page.raw("</style></head><body><header><h1>What the store holds, and what it saves</h1>");
    page.raw("<p class=\"quiet\">").text(report.store() + ", " + WHEN.format(report.madeAt()));
    page.raw("</p></header><main>");
    verdict();
    next();
    growth();
    savings();
    biggest();
    families();
    duplicates();
    models();
    runs();
    about();
    return page.raw("</main></body></html>\n").toString();
  }

  private void verdict() {
    Totals totals = report.stats().totals();
    long damaged = report.damagedModels();
    long sound = report.soundModels();
    boolean all = sound == totals.models() && sound > 0;
    String kind = damaged > 0 ? "not-equal" : all ? "equal" : "not-run";
    page.raw("<section class=\"verdict " + kind + "\"><p class=\"big\">");
    page.text(
        damaged > 0
            ? "✗ " + Numbers.count(damaged, "model") + " damaged"
            : "Saved " + Numbers.percent(totals.saved()));
    page.raw("</p><p>");
    page.text(
        Numbers.count(totals.models(), "model")
            + " of "
            + Numbers.bytes(totals.sourceBytes())
            + " take "
            + Numbers.bytes(totals.storedBytes())
            + ". "
            + (damaged > 0
                ? "The last verification found objects of the store damaged; see below which models"
                    + " they touch."
                : all
                    ? "✓ Every byte of every model was decoded and found right, last on "
                        + WHEN.format(oldestCheck())
                        + "."
                    : Numbers.count(sound) + " of them were verified in full as they are now."));
    page.raw("</p></section><section class=\"tiles\">");
    tile(Numbers.count(totals.models()), totals.models() == 1 ? "model" : "models");
    tile(Numbers.count(totals.files()), "files");
    tile(Numbers.bytes(totals.sourceBytes()), "originals");
    tile(Numbers.bytes(totals.storedBytes()), "in the store, everything but runs/");
    tile(Numbers.count(sound) + " of " + Numbers.count(totals.models()), "verified in full");
    page.raw("</section>");
  }

  private java.time.Instant oldestCheck() {
    return report.stats().models().stream()
        .flatMap(m -> report.verified(m).stream())
        .map(Check::at)
        .min(Comparator.naturalOrder())
        .orElse(report.madeAt());
  }

  private void tile(String number, String words) {
    page.raw("<div>").element("b", number).element("span", words).raw("</div>");
  }

  private void next() {
    page.raw("<h2>What to do next</h2>");
    if (report.advice().isEmpty()) {
      page.element("p", "Nothing: every model is verified and evaluated, no run failed.");
      return;
    }
    page.raw("<ul class=\"next\">");
    for (Advice advice : report.advice()) {
      page.raw(advice.level() == Advice.Level.PROBLEM ? "<li class=\"problem\">" : "<li>");
      page.text(advice.why());
      if (!advice.command().isEmpty()) {
        page.element("code class=\"command\"", advice.command());
      }
      page.raw("</li>");
    }
    page.raw("</ul>");
  }

  private void growth() {
    page.raw("<h2>Over time</h2>");
    if (report.growth().isEmpty()) {
      page.element("p", "No compress run left a record of what it stored.");
      return;
    }
    Charts.growth(page, report.growth());
  }

  private void savings() {
    Totals totals = report.stats().totals();
    page.raw("<h2>How it is saved</h2>");
    List<Charts.Pair> pairs = new ArrayList<>();
    totals
        .by()
        .forEach(
            (k, s) -> {
              if (s.bytes() > 0) {
                pairs.add(new Charts.Pair(TECHNIQUES.getOrDefault(k, k), s.bytes(), s.stored()));
              }
            });
    pairs.sort(Comparator.comparingLong(Charts.Pair::sourceBytes).reversed());
    Charts.pairs(page, "Source and stored bytes by technique", pairs);
    page.raw("<h4>By element type</h4><div class=\"wide\"><table>");
    page.heads("Type", "#Originals", "#Stored", "#Saved").raw("<tbody>");
    totals.dtypes().entrySet().stream()
        .sorted(Comparator.comparingLong((Map.Entry<String, ByteShare> e) -> -e.getValue().bytes()))
        .forEach(
            e -> {
              page.raw("<tr>").element("td", e.getKey());
              numbers(e.getValue().bytes(), e.getValue().stored());
              page.raw("</tr>");
            });
    page.raw("</tbody></table></div>");
  }

  private void numbers(long source, long stored) {
    page.element("td class=\"n\"", Numbers.bytes(source));
    page.element("td class=\"n\"", Numbers.bytes(stored));
    page.element(
        "td class=\"n\"", source == 0 ? "" : Numbers.percent(1 - (double) stored / source));
  }

  private void biggest() {
    List<Charts.Pair> pairs =
        report.stats().models().stream()
            .sorted(Comparator.comparingLong(ModelCost::sourceBytes).reversed())
            .limit(BIGGEST)
            .map(m -> new Charts.Pair(m.model(), m.sourceBytes(), m.storedBytes()))
            .toList();
    if (!pairs.isEmpty()) {
      page.raw("<h2>The biggest models</h2>");
      Charts.pairs(page, "Source and stored bytes of the biggest models", pairs);
      page.element(
          "p class=\"quiet\"",
          "Stored: all that the model needs, also what others need too; so these bars may add up to"
              + " more than the store.");
    }
  }

  private void families() {
    if (report.derived().isEmpty()) {
      return;
    }
    TreeMap<String, List<Relations.Derived>> families = new TreeMap<>();
    report
        .derived()
        .forEach(d -> families.computeIfAbsent(d.base(), b -> new ArrayList<>()).add(d));
    page.raw("<h2>Families and their bases</h2><div class=\"wide\"><table>");
    page.heads("Base", "Stands on it", "#As differences", "#Stored", "#Saved").raw("<tbody>");
    int shown = 0;
    for (Map.Entry<String, List<Relations.Derived>> family : families.entrySet()) {
      if (shown++ == MAX_FAMILIES) {
        break;
      }
      boolean first = true;
      for (Relations.Derived d : family.getValue()) {
        page.raw("<tr>").element("td", first ? family.getKey() : "").element("td", d.model());
        numbers(d.bytes(), d.storedBytes());
        page.raw("</tr>");
        first = false;
      }
    }
    page.raw("</tbody></table></div>");
    more(families.size(), MAX_FAMILIES, "families");
  }

  private void more(long all, int shown, String what) {
    if (all > shown) {
      page.element("p class=\"quiet\"", (all - shown) + " more " + what + " are in report.json.");
    }
  }

  private void duplicates() {
    if (report.groups().isEmpty()) {
      return;
    }
    page.raw("<h2>Duplicates between models</h2><div class=\"wide\"><table>");
    page.heads("Models that hold the same", "#Bytes", "#Spared copies").raw("<tbody>");
    for (Relations.Group group : report.groups().stream().limit(MAX_GROUPS).toList()) {
      long others = group.modelCount() - group.models().size();
      page.raw("<tr>");
      page.element(
          "td", String.join(", ", group.models()) + (others > 0 ? " and " + others + " more" : ""));
      page.element("td class=\"n\"", Numbers.bytes(group.bytes()));
      page.element("td class=\"n\"", Numbers.bytes(group.sparedBytes())).raw("</tr>");
    }
    page.raw("</tbody></table></div>");
    more(report.groups().size(), MAX_GROUPS, "groups");
  }

  private void models() {
    page.raw("<h2>All models</h2><div class=\"wide\"><table>");
    page.heads("Model", "#Files", "#Original", "#Alone", "#Shared", "Verified", "Evaluated");
    page.raw("<tbody>");
    for (ModelCost model : report.stats().models().stream().limit(MAX_MODELS).toList()) {
      page.raw("<tr>").element("td", model.model());
      page.element("td class=\"n\"", Numbers.count(model.files()));
      page.element("td class=\"n\"", Numbers.bytes(model.sourceBytes()));
      page.element("td class=\"n\"", Numbers.bytes(model.exclusiveBytes()));
      page.element("td class=\"n\"", Numbers.bytes(model.sharedBytes()));
      check(report.verified(model));
      check(report.evaluated(model));
      page.raw("</tr>");
    }
    page.raw("</tbody></table></div>");
    page.element(
        "p class=\"quiet\"",
        "Alone: stored bytes that no other model needs; deleting the model and gc frees at most these."
            + " Shared: stored bytes that others need too.");
    if (report.stats().models().size() > MAX_MODELS) {
      page.element("p", "The other models are in models.csv.");
    }
  }

  private void check(Optional<Check> check) {
    if (check.isEmpty()) {
      page.raw("<td class=\"quiet\">–</td>");
      return;
    }
    Check c = check.get();
    boolean good = c.result().equals("sound") || c.result().equals("EQUAL");
    boolean bad = c.result().equals("damaged") || c.result().equals("NOT EQUAL");
    page.raw(good ? "<td class=\"equal\">" : bad ? "<td class=\"different\">" : "<td>");
    page.text(
        (good ? "✓ " : bad ? "✗ " : "")
            + c.result()
            + (c.how().isEmpty() || bad ? "" : ", " + c.how())
            + ", "
            + WHEN.format(c.at()).substring(0, 10));
    if (!c.error().isEmpty()) {
      page.raw("<br>").text(c.error());
    }
    page.raw("</td>");
  }

  private void runs() {
    page.raw("<h2>Last runs</h2>");
    if (report.runs().isEmpty()) {
      page.element("p", "No run left a record.");
      return;
    }
    page.raw("<div class=\"wide\"><table>");
    page.heads("Run", "Command", "Started", "#Took", "Ended", "Its last word").raw("<tbody>");
    for (RunRecord run : report.runs().stream().limit(MAX_RUNS).toList()) {
      page.raw("<tr>").element("td", run.runId()).element("td", run.command());
      page.element("td", WHEN.format(run.startedAt()));
      page.element("td class=\"n\"", took(run));
      boolean good = run.exitCode() == 0 || run.exitCode() == 9;
      page.raw(
          run.endedAt() == null
              ? "<td>not yet"
              : good
                  ? "<td class=\"equal\">✓ " + run.exitCode()
                  : "<td class=\"different\">✗ " + run.exitCode());
      page.raw("</td>").element("td class=\"word\"", run.message()).raw("</tr>");
    }
    page.raw("</tbody></table></div>");
    more(report.runCount(), MAX_RUNS, "runs");
  }

  private static String took(RunRecord run) {
    if (run.endedAt() == null) {
      return "";
    }
    long seconds = Duration.between(run.startedAt(), run.endedAt()).toSeconds();
    return seconds < 120
        ? seconds + " s"
        : seconds < 7200 ? seconds / 60 + " min" : seconds / 3600 + " h";
  }

  private void about() {
    page.raw("<h2>About these figures</h2><dl>");
    page.element("dt", "store").element("dd", report.store());
    page.element("dt", "repository").element("dd", report.repository());
    page.element("dt", "counted")
        .element(
            "dd",
            "stored bytes are all objects of the store except runs/ ("
                + Numbers.bytes(report.stats().sizes().bytes("runs"))
                + "), from a listing; a chunk counts once, for the technique of its frame");
    page.element("dt", "verified")
        .element(
            "dd",
            "what the last verify run found that saw the model's present revision; full: every byte"
                + " decoded and compared with its SHA-256");
    page.element("dt", "also here").element("dd", "report.json, models.csv, runs.csv");
    page.raw("</dl>");
  }
}
