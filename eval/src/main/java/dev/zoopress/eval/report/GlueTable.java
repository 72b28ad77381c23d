package dev.zoopress.eval.report;

import dev.zoopress.eval.compare.ModelResult;
import dev.zoopress.eval.compare.TaskResult;
import dev.zoopress.eval.task.TaskKind;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** GLUE metrics side by side, with published figures of another model to hold them against. */
final class GlueTable {
  /** Test scores that the authors of roberta-base published. */
  private static final Map<TaskKind, Double> PUBLISHED = new EnumMap<>(TaskKind.class);

  static {
    PUBLISHED.put(TaskKind.MNLI, 87.6);
    PUBLISHED.put(TaskKind.QQP, 91.9);
    PUBLISHED.put(TaskKind.QNLI, 92.8);
    PUBLISHED.put(TaskKind.SST2, 94.8);
    PUBLISHED.put(TaskKind.COLA, 63.6);
    PUBLISHED.put(TaskKind.STSB, 91.2);
    PUBLISHED.put(TaskKind.MRPC, 90.2);
    PUBLISHED.put(TaskKind.RTE, 78.7);
  }

  /** Which metric the published figure is. */
  private static final Map<TaskKind, String> MAIN =
      new EnumMap<>(Map.of(TaskKind.COLA, "matthews_correlation", TaskKind.STSB, "pearson"));

  private GlueTable() {}

  static boolean isGlue(TaskKind kind) {
    return kind.compareTo(TaskKind.COLA) >= 0 && kind != TaskKind.ONNX;
  }

  private static boolean isGlue(TaskResult task) {
    return task.wasRun() && isGlue(task.kind());
  }

  static void write(Html page, List<ModelResult> models) {
    if (models.stream().flatMap(m -> m.tasks().stream()).noneMatch(GlueTable::isGlue)) {
      return;
    }
    page.raw("<h2>GLUE development sets, original beside stored</h2><div class=\"wide\"><table>");
    page.heads(
        "Model",
        "Task",
        "#Examples",
        "Metric",
        "#Original",
        "#Stored",
        "",
        "#roberta-base, published");
    page.raw("<tbody>");
    for (ModelResult model : models) {
      for (TaskResult task : model.tasks()) {
        if (isGlue(task)) {
          rows(page, model, task);
        }
      }
    }
    page.raw("</tbody></table></div><p class=\"quiet\">");
    page.text(
        "The last column is what the authors of roberta-base (125 million parameters) published for"
            + " the hidden test sets: another model on other examples, for orientation only.");
    page.raw("</p>");
  }

  private static void rows(Html page, ModelResult model, TaskResult task) {
    for (Map.Entry<String, Double> e : task.metricsA().entrySet()) {
      Double stored = task.metricsB().get(e.getKey());
      page.raw("<tr>").element("td", model.model()).element("td", task.kind().id());
      page.element("td class=\"n\"", Numbers.count(task.examples()));
      page.element("td", e.getKey());
      page.element("td class=\"n\"", Numbers.score(e.getValue()));
      page.element("td class=\"n\"", stored == null ? "" : Numbers.score(stored));
      boolean same = e.getValue().equals(stored);
      page.raw("<td class=\"" + (same ? "equal" : "different") + "\">")
          .text(same ? "equal" : "different")
          .raw("</td>");
      Double published = PUBLISHED.get(task.kind());
      boolean isMain = MAIN.getOrDefault(task.kind(), "accuracy").equals(e.getKey());
      page.element(
          "td class=\"n\"",
          published == null || !isMain ? "" : String.format(Locale.ROOT, "%.3f", published / 100));
      page.raw("</tr>");
    }
  }
}
