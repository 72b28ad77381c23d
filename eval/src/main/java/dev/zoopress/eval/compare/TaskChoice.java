package dev.zoopress.eval.compare;

import dev.zoopress.eval.model.Head;
import dev.zoopress.eval.model.ModelConfig;
import dev.zoopress.eval.model.ModelConfig.Problem;
import dev.zoopress.eval.model.ModelFiles;
import dev.zoopress.eval.model.UnusableModelException;
import dev.zoopress.eval.task.TaskKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Which of the tasks asked for a model can answer.
 *
 * @param run those to run; ONNX files are always run
 * @param skipped the others, with the reason
 */
public record TaskChoice(List<TaskKind> run, Map<TaskKind, String> skipped) {
  public TaskChoice {
    run = List.copyOf(run);
    skipped = Map.copyOf(skipped);
  }

  /** Chooses by the model's configuration. */
  public static TaskChoice of(ModelFiles files, Collection<TaskKind> wanted) throws IOException {
    List<TaskKind> run = new ArrayList<>();
    Map<TaskKind, String> skipped = new EnumMap<>(TaskKind.class);
    boolean hasWeights =
        files.sizes().keySet().stream()
            .anyMatch(
                p -> p.indexOf('/') < 0 && (p.endsWith(".safetensors") || p.endsWith(".bin")));
    for (TaskKind kind : wanted) {
      if (kind == TaskKind.ONNX) {
        continue;
      }
      String why = hasWeights ? why(files, kind) : "no weights that a graph can be built for";
      if (why.isEmpty()) {
        run.add(kind);
      } else {
        skipped.put(kind, why);
      }
    }
    if (files.sizes().keySet().stream().anyMatch(p -> p.endsWith(".onnx"))) {
      run.add(TaskKind.ONNX);
    }
    return new TaskChoice(run, skipped);
  }

  private static String why(ModelFiles files, TaskKind kind) throws IOException {
    ModelConfig config;
    try {
      config = ModelConfig.of(files);
    } catch (UnusableModelException e) {
      return e.getMessage();
    }
    Head head = config.declaredHead();
    if (kind == TaskKind.FEATURES) {
      return "";
    }
    if (head != kind.head()) {
      return "the model is " + config.architectures() + ", the task needs another head";
    }
    if (head == Head.CLASSIFICATION) {
      Problem problem = config.problemOrDefault();
      Problem asked =
          kind.isRegression() ? Problem.REGRESSION : Problem.SINGLE_LABEL_CLASSIFICATION;
      if (problem != asked) {
        return "problem_type is "
            + problem.name().toLowerCase(Locale.ROOT)
            + ", the task asks for "
            + asked.name().toLowerCase(Locale.ROOT);
      }
    }
    Optional<TaskKind> trained = TaskKind.of(config.finetuningTask());
    int labels = config.labels().size();
    if (kind.head() == Head.CLASSIFICATION
        && kind != TaskKind.ADVGLUE
        && trained.isEmpty()
        && labels != kind.labels().size()) {
      return "the model has " + labels + " labels, the task has " + kind.labels().size();
    }
    boolean isOther =
        kind.head() == Head.CLASSIFICATION
            && kind != TaskKind.ADVGLUE
            && trained.isPresent()
            && !family(trained.get()).equals(family(kind));
    return isOther ? "the model was trained for " + trained.get().id() : "";
  }

  private static String family(TaskKind kind) {
    return kind == TaskKind.MNLI_MM ? TaskKind.MNLI.id() : kind.id();
  }
}
