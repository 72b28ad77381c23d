package dev.zoopress.eval.report;

import dev.zoopress.eval.compare.ExampleOutcome;
import dev.zoopress.eval.compare.Guard;
import dev.zoopress.eval.compare.LevelResult;
import dev.zoopress.eval.compare.ModelResult;
import dev.zoopress.eval.compare.NegativeControl;
import dev.zoopress.eval.compare.TaskResult;
import dev.zoopress.eval.compare.Verdict;
import dev.zoopress.eval.task.Answer;
import dev.zoopress.eval.task.TaskKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the page says of one model. */
final class ModelSection {
  private static final int SHOWN_TEXTS = 4;

  private final Html page;
  private final ModelResult model;

  ModelSection(Html page, ModelResult model) {
    this.page = page;
    this.model = model;
  }

  static String badge(Verdict verdict) {
    String mark =
        switch (verdict) {
          case EQUAL -> "✓";
          case NOT_EQUAL -> "✗";
          case INCONCLUSIVE -> "?";
          case NOT_RUN -> "–";
        };
    String kind = verdict.name().toLowerCase(Locale.ROOT).replace('_', '-');
    return "<span class=\"badge " + kind + "\">" + mark + " " + verdict.words() + "</span>";
  }

  void write(String anchor, boolean open) {
    page.raw(
        "<details class=\"model\" id=\"" + anchor + "\"" + (open ? " open" : "") + "><summary>");
    page.raw("<h3>").text(model.model()).raw("</h3> " + badge(model.verdict()) + "</summary>");
    page.element("p class=\"quiet\"", "revision " + model.revision());
    if (!model.reasons().isEmpty()) {
      page.raw("<ul class=\"reasons\">");
      model.reasons().forEach(reason -> page.element("li", reason));
      page.raw("</ul>");
    }
    if (!model.levels().isEmpty()) {
      levels();
    }
    for (TaskResult task : model.tasks()) {
      if (task.kind() == TaskKind.FILL_MASK && task.wasRun()) {
        answers(task);
      }
    }
    tasks();
    checks();
    page.raw("</details>");
  }

  private void levels() {
    page.raw("<table class=\"levels\"><caption>Compared, level by level</caption>");
    page.heads("Level", "Evidence", "#Compared", "#Different", "");
    page.raw("<tbody>");
    for (LevelResult level : model.levels()) {
      page.raw("<tr>").element("td", level.level() + " " + level.level().title());
      page.element("td", level.level().evidence());
      page.element("td class=\"n\"", Numbers.count(level.compared()));
      page.element("td class=\"n\"", Numbers.count(level.differing()));
      String words = level.compared() == 0 ? "nothing" : level.passed() ? "equal" : "different";
      page.raw("<td class=\"" + words + "\">").text(words).raw("</td></tr>");
      if (!level.passed()) {
        page.raw("<tr><td></td><td colspan=\"4\">")
            .text(level.detail() + ": " + String.join(", ", level.examples()))
            .raw("</td></tr>");
      }
    }
    page.raw("</tbody></table>");
  }

  private void answers(TaskResult task) {
    page.raw("<h4>Masks filled, original beside stored</h4>");
    for (ExampleOutcome outcome :
        task.outcomes().subList(0, Math.min(SHOWN_TEXTS, task.outcomes().size()))) {
      for (int mask = 0; mask < outcome.answersA().size(); mask++) {
        Answer a = outcome.answersA().get(mask);
        Answer b = mask < outcome.answersB().size() ? outcome.answersB().get(mask) : null;
        page.raw("<figure class=\"masks\"><figcaption>").text(outcome.example().text());
        if (outcome.answersA().size() > 1) {
          page.text(" (mask " + (mask + 1) + ")");
        }
        page.raw("</figcaption><table><thead><tr><th></th><th colspan=\"2\">original</th>");
        page.raw("<th colspan=\"2\">stored</th></tr></thead><tbody>");
        for (int rank = 0; rank < a.ids().size(); rank++) {
          page.raw("<tr>").element("td class=\"n\"", Integer.toString(rank + 1));
          cell(a, rank);
          cell(b, rank);
          page.raw("</tr>");
        }
        page.raw("</tbody></table>");
        boolean same = outcome.sameBits() && a.equals(b);
        page.raw("<p class=\"" + (same ? "equal" : "different") + "\">")
            .text(same ? "same bits" : "NOT the same")
            .raw(" <code>")
            .text(outcome.logitsB().substring(0, 16))
            .raw("…</code></p></figure>");
      }
    }
  }

  private void cell(Answer answer, int rank) {
    if (answer == null || rank >= answer.ids().size()) {
      page.raw("<td></td><td></td>");
      return;
    }
    double score = answer.scores().get(rank);
    page.element("td", answer.tokens().get(rank));
    page.raw(
            String.format(
                Locale.ROOT,
                "<td class=\"n\"><span class=\"meter\" style=\"width:%.1fem\"></span>",
                Double.isFinite(score) ? 4 * score : 0))
        .text(Numbers.score(score))
        .raw("</td>");
  }

  private void tasks() {
    if (model.tasks().isEmpty()) {
      return;
    }
    page.raw("<table><caption>Tasks</caption>");
    page.heads("Task", "#Examples", "#Cut", "#Refused", "#Rows left out", "Remarks");
    page.raw("<tbody>");
    Map<String, List<String>> skipped = new LinkedHashMap<>();
    for (TaskResult task : model.tasks()) {
      if (!task.wasRun() && !task.failed()) {
        skipped.computeIfAbsent(task.skipped(), why -> new ArrayList<>()).add(task.kind().id());
        continue;
      }
      page.raw("<tr>").element("td", task.kind().id());
      if (task.failed()) {
        page.raw("<td colspan=\"4\" class=\"different\">failed</td>");
        page.element("td", task.skipped()).raw("</tr>");
        continue;
      }
      page.element("td class=\"n\"", Numbers.count(task.examples()));
      page.element("td class=\"n\"", Numbers.count(task.counts().truncated()));
      page.element("td class=\"n\"", Numbers.count(task.refused().size()));
      page.element("td class=\"n\"", Numbers.count(task.malformedRows()));
      page.element("td", remarks(task)).raw("</tr>");
    }
    skipped.forEach(
        (why, tasks) -> {
          page.raw("<tr class=\"quiet\">").element("td", String.join(", ", tasks));
          page.raw("<td colspan=\"4\">does not apply</td>").element("td", why).raw("</tr>");
        });
    page.raw("</tbody></table>");
  }

  private static String remarks(TaskResult task) {
    StringBuilder text = new StringBuilder(String.join("; ", task.warnings()));
    if (!task.refused().isEmpty()) {
      text.append(text.length() == 0 ? "" : "; ").append(task.refused().get(0));
    }
    if (task.counts().truncated() > 0) {
      text.append(text.length() == 0 ? "" : "; ")
          .append(Numbers.count(task.counts().truncated(), "text"))
          .append(" longer than the model takes, cut as transformers does");
    }
    for (Map.Entry<String, Double> e : task.metricsA().entrySet()) {
      text.append(text.length() == 0 ? "" : "; ")
          .append(e.getKey())
          .append(' ')
          .append(Numbers.score(e.getValue()));
    }
    return text.toString();
  }

  private void checks() {
    if (!model.guards().isEmpty()) {
      page.raw("<h4>Was the comparison sound?</h4><ul class=\"checks\">");
      for (Guard guard : model.guards()) {
        page.raw("<li class=\"" + (guard.held() ? "equal" : "different") + "\">")
            .text(guard.question() + (guard.held() ? " Yes. " : " NO. "))
            .element("span class=\"quiet\"", guard.detail())
            .raw("</li>");
      }
      page.raw("</ul>");
    }
    if (!model.controls().isEmpty()) {
      page.raw("<h4>Would a difference have been seen? One bit flipped in a copy</h4>");
      page.raw("<table>");
      page.heads("Tensor", "#Element", "Bit", "L0", "L1", "L2", "");
      page.raw("<tbody>");
      for (NegativeControl control : model.controls()) {
        page.raw("<tr>").element("td", control.tensor());
        page.element("td class=\"n\"", Numbers.count(control.element()));
        page.element("td", control.bit());
        page.element("td", control.caughtL0() ? "seen" : "missed");
        page.element("td", control.caughtL1() ? "seen" : "missed");
        page.element("td", control.caughtL2() ? "seen" : "not seen");
        page.raw("<td class=\"" + (control.passed() ? "equal" : "different") + "\">")
            .text(control.passed() ? "as it must be" : "BLIND")
            .raw("</td></tr>");
      }
      page.raw("</tbody></table>");
    }
    if (!model.facts().isEmpty()) {
      page.raw("<h4>What the outputs rest on</h4><dl>");
      model.facts().forEach((name, fact) -> page.element("dt", name).element("dd", fact));
      page.raw("</dl>");
    }
  }
}
