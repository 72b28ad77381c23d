package dev.zoopress.jobs.evaluate;

import dev.zoopress.eval.task.TaskKind;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What an evaluation is asked to do. Places are Hadoop URIs or local paths.
 *
 * @param original the source that the store was filled from
 * @param models {@code MODEL[@REV]...}; none: every model of the source
 * @param tasks what to run where it applies; ONNX files are always run
 * @param glue a GLUE folder, or empty: GLUE tasks are skipped
 * @param texts a file of one text a line, or empty: a few built-in sentences
 * @param labelMap a JSON file of class names to GLUE's, flat or by model, or empty
 * @param limit examples per task at most
 * @param topK answers per mask
 * @param targets the only tokens to answer masks with, empty for all
 * @param batch examples per run of a session
 * @param threads threads of a session
 * @param controls whether bits are flipped and sides run in processes of their own
 * @param report the folder for reports, or empty: none are written
 */
public record EvaluateOptions(
    String store,
    String original,
    List<String> models,
    Set<TaskKind> tasks,
    String glue,
    String texts,
    String labelMap,
    int limit,
    int topK,
    List<String> targets,
    int batch,
    int threads,
    boolean controls,
    String report,
    String runId)
    implements Serializable {
  /** Run where nothing else is said. */
  public static final Set<TaskKind> STANDARD_TASKS =
      Set.of(TaskKind.FILL_MASK, TaskKind.PSEUDO_PERPLEXITY, TaskKind.FEATURES);

  public EvaluateOptions {
    Objects.requireNonNull(store);
    Objects.requireNonNull(original);
    models = List.copyOf(models);
    tasks = Set.copyOf(tasks);
    targets = List.copyOf(targets);
    if (limit < 1 || topK < 1 || batch < 1 || threads < 1) {
      throw new IllegalArgumentException(
          "limit %d, topK %d, batch %d and threads %d must be at least 1"
              .formatted(limit, topK, batch, threads));
    }
  }

  /** Standard tasks on all models, reports into {@code report}. */
  public static EvaluateOptions of(String store, String original, String report) {
    return new EvaluateOptions(
        store,
        original,
        List.of(),
        STANDARD_TASKS,
        "",
        "",
        "",
        Integer.MAX_VALUE,
        5,
        List.of(),
        8,
        1,
        true,
        report,
        "");
  }

  public EvaluateOptions withTasks(Set<TaskKind> value) {
    return new EvaluateOptions(
        store, original, models, value, glue, texts, labelMap, limit, topK, targets, batch, threads,
        controls, report, runId);
  }

  /** Without flipped bits and processes of each side's own. */
  public EvaluateOptions withoutControls() {
    return new EvaluateOptions(
        store, original, models, tasks, glue, texts, labelMap, limit, topK, targets, batch, threads,
        false, report, runId);
  }

  public EvaluateOptions withGlue(String value) {
    return new EvaluateOptions(
        store, original, models, tasks, value, texts, labelMap, limit, topK, targets, batch,
        threads, controls, report, runId);
  }

  public EvaluateOptions withTexts(String value) {
    return new EvaluateOptions(
        store, original, models, tasks, glue, value, labelMap, limit, topK, targets, batch, threads,
        controls, report, runId);
  }

  public EvaluateOptions withLimit(int value) {
    return new EvaluateOptions(
        store, original, models, tasks, glue, texts, labelMap, value, topK, targets, batch, threads,
        controls, report, runId);
  }

  public EvaluateOptions withModels(List<String> value) {
    return new EvaluateOptions(
        store, original, value, tasks, glue, texts, labelMap, limit, topK, targets, batch, threads,
        controls, report, runId);
  }
}
