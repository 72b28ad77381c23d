package dev.zoopress.eval.task;

import dev.zoopress.eval.model.Head;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The tasks, with the names that the command line uses. */
public enum TaskKind {
  FILL_MASK("fill-mask", Head.MASKED_LM, List.of()),
  PSEUDO_PERPLEXITY("pseudo-perplexity", Head.MASKED_LM, List.of()),
  FEATURES("features", Head.FEATURES, List.of()),
  COLA("cola", Head.CLASSIFICATION, List.of("unacceptable", "acceptable")),
  SST2("sst2", Head.CLASSIFICATION, List.of("negative", "positive")),
  MRPC("mrpc", Head.CLASSIFICATION, List.of("not_equivalent", "equivalent")),
  QQP("qqp", Head.CLASSIFICATION, List.of("not_duplicate", "duplicate")),
  STSB("stsb", Head.CLASSIFICATION, List.of("score")),
  MNLI("mnli", Head.CLASSIFICATION, List.of("entailment", "neutral", "contradiction")),
  MNLI_MM("mnli-mm", Head.CLASSIFICATION, List.of("entailment", "neutral", "contradiction")),
  QNLI("qnli", Head.CLASSIFICATION, List.of("entailment", "not_entailment")),
  RTE("rte", Head.CLASSIFICATION, List.of("entailment", "not_entailment")),
  WNLI("wnli", Head.CLASSIFICATION, List.of("not_entailment", "entailment")),
  ADVGLUE("advglue", Head.CLASSIFICATION, List.of()),
  /** ONNX files of a model as they are, on seeded inputs. */
  ONNX("onnx", Head.FEATURES, List.of());

  private final String id;
  private final Head head;
  private final List<String> labels;

  TaskKind(String id, Head head, List<String> labels) {
    this.id = id;
    this.head = head;
    this.labels = labels;
  }

  public String id() {
    return id;
  }

  public Head head() {
    return head;
  }

  /** Names of the classes in GLUE's order; one for the similarity task. */
  public List<String> labels() {
    return labels;
  }

  public boolean isRegression() {
    return this == STSB;
  }

  /** The task of that name, whatever its case; {@code mnli_mismatched} and the like are known. */
  public static Optional<TaskKind> of(String name) {
    String wanted = name.strip().toLowerCase(Locale.ROOT).replace('_', '-');
    String other =
        switch (wanted) {
          case "sst-2" -> "sst2";
          case "sts-b" -> "stsb";
          case "mnli-m", "mnli-matched" -> "mnli";
          case "mnli-mismatched" -> "mnli-mm";
          default -> wanted;
        };
    return Stream.of(values()).filter(kind -> kind.id.equals(other)).findFirst();
  }
}
