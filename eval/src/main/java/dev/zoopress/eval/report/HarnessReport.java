package dev.zoopress.eval.report;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.eval.compare.ExampleOutcome;
import dev.zoopress.eval.compare.ModelResult;
import dev.zoopress.eval.compare.TaskResult;
import dev.zoopress.eval.task.Answer;
import dev.zoopress.eval.task.Example;
import dev.zoopress.eval.task.TaskKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Results and samples in the shape that lm-evaluation-harness writes, of the stored side. */
final class HarnessReport {
  private static final Map<String, String> METRICS =
      Map.of("accuracy", "acc", "matthews_correlation", "mcc");

  private HarnessReport() {}

  static String task(TaskKind kind) {
    String name = kind.id().replace('-', '_');
    return GlueTable.isGlue(kind) ? "glue_cls_" + name : name;
  }

  static void results(JsonGenerator json, Heading heading, ModelResult model) throws IOException {
    List<TaskResult> tasks = model.tasks().stream().filter(TaskResult::wasRun).toList();
    json.writeStartObject();
    json.writeObjectFieldStart("results");
    for (TaskResult task : tasks) {
      json.writeObjectFieldStart(task(task.kind()));
      json.writeStringField("alias", task(task.kind()));
      for (Map.Entry<String, Double> e : task.metricsB().entrySet()) {
        String name = METRICS.getOrDefault(e.getKey(), e.getKey());
        ModelJson.number(json, name + ",none", e.getValue());
        json.writeStringField(name + "_stderr,none", "N/A");
      }
      json.writeEndObject();
    }
    json.writeEndObject();
    json.writeObjectFieldStart("configs");
    for (TaskResult task : tasks) {
      json.writeObjectFieldStart(task(task.kind()));
      json.writeStringField("task", task(task.kind()));
      json.writeStringField(
          "output_type", GlueTable.isGlue(task.kind()) ? "classification" : "masked");
      json.writeNumberField("num_fewshot", 0);
      json.writeEndObject();
    }
    json.writeEndObject();
    json.writeObjectFieldStart("versions");
    for (TaskResult task : tasks) {
      json.writeNumberField(task(task.kind()), 1);
    }
    json.writeEndObject();
    json.writeObjectFieldStart("n-shot");
    for (TaskResult task : tasks) {
      json.writeNumberField(task(task.kind()), 0);
    }
    json.writeEndObject();
    json.writeObjectFieldStart("n-samples");
    for (TaskResult task : tasks) {
      json.writeObjectFieldStart(task(task.kind()));
      json.writeNumberField("original", task.examples() + task.refused().size());
      json.writeNumberField("effective", task.examples());
      json.writeEndObject();
    }
    json.writeEndObject();
    json.writeObjectFieldStart("config");
    json.writeStringField("model", "zoopress-onnx");
    json.writeStringField(
        "model_args", "pretrained=" + model.model() + ",revision=" + model.revision());
    json.writeEndObject();
    json.writeNumberField("date", heading.started().getEpochSecond());
    json.writeStringField("model_source", heading.store());
    json.writeStringField("model_name", model.model());
    json.writeStringField("model_name_sanitized", FileNames.of(model.model()));
    json.writeStringField("zoopress_verdict", model.verdict().words());
    json.writeEndObject();
  }

  /** One line of a samples file; what the original gave stands beside it. */
  static void sample(JsonGenerator json, ExampleOutcome outcome, TaskResult task)
      throws IOException {
    Example example = outcome.example();
    json.writeStartObject();
    json.writeNumberField("doc_id", example.index());
    json.writeObjectFieldStart("doc");
    json.writeStringField("text", example.text());
    if (!example.other().isEmpty()) {
      json.writeStringField("other", example.other());
    }
    json.writeStringField("task", example.subtask().id());
    json.writeEndObject();
    json.writeStringField("target", target(example));
    json.writeArrayFieldStart("arguments");
    json.writeStartArray();
    json.writeString(example.text());
    if (!example.other().isEmpty()) {
      json.writeString(example.other());
    }
    json.writeEndArray();
    json.writeEndArray();
    json.writeArrayFieldStart("resps");
    for (Answer answer : outcome.answersB()) {
      answer(json, answer);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("filtered_resps");
    for (Answer answer : outcome.answersB()) {
      if (!answer.ids().isEmpty()) {
        json.writeString(
            answer.tokens().isEmpty() ? answer.ids().get(0).toString() : answer.tokens().get(0));
      }
    }
    json.writeEndArray();
    String doc = example.text() + "\u0000" + example.other();
    json.writeStringField("doc_hash", sha256(doc));
    json.writeStringField("prompt_hash", sha256(example.text()));
    json.writeStringField("target_hash", sha256(target(example)));
    if (GlueTable.isGlue(task.kind()) && !task.kind().isRegression()) {
      boolean right =
          task.glueClass(outcome.answersB().get(0).ids().get(0)) == (int) example.label();
      json.writeNumberField("acc", right ? 1.0 : 0.0);
    }
    json.writeObjectFieldStart("zoopress");
    json.writeStringField("logits_sha256_original", outcome.logitsA());
    json.writeStringField("logits_sha256_stored", outcome.logitsB());
    json.writeStringField("logits_sha256_original_again", outcome.logitsAgain());
    json.writeBooleanField("equal", outcome.sameBits() && outcome.sameAnswers());
    json.writeNumberField("tokens", outcome.tokens());
    json.writeBooleanField("truncated", outcome.truncated());
    if (!outcome.sameAnswers()) {
      json.writeArrayFieldStart("resps_original");
      for (Answer answer : outcome.answersA()) {
        answer(json, answer);
      }
      json.writeEndArray();
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private static String target(Example example) {
    double label = example.label();
    return Double.isNaN(label)
        ? ""
        : label == Math.rint(label) ? Long.toString((long) label) : Double.toString(label);
  }

  private static void answer(JsonGenerator json, Answer answer) throws IOException {
    json.writeStartArray();
    json.writeStartObject();
    json.writeArrayFieldStart("ids");
    for (int id : answer.ids()) {
      json.writeNumber(id);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("scores");
    for (double score : answer.scores()) {
      if (Double.isFinite(score)) {
        json.writeNumber(score);
      } else {
        json.writeNull();
      }
    }
    json.writeEndArray();
    if (!answer.tokens().isEmpty()) {
      json.writeArrayFieldStart("tokens");
      for (String token : answer.tokens()) {
        json.writeString(token);
      }
      json.writeEndArray();
    }
    json.writeEndObject();
    json.writeEndArray();
  }

  private static String sha256(String text) {
    return Digests.sha256Hex(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The model index of a model card; strings are written as JSON strings, which YAML reads. */
  static String modelIndex(List<ModelResult> models) {
    StringBuilder yaml = new StringBuilder("model-index:\n");
    for (ModelResult model : models) {
      List<TaskResult> tasks =
          model.tasks().stream().filter(t -> t.wasRun() && !t.metricsB().isEmpty()).toList();
      if (tasks.isEmpty()) {
        continue;
      }
      yaml.append("- name: ").append(quoted(model.model())).append("\n  results:\n");
      for (TaskResult task : tasks) {
        boolean glue = GlueTable.isGlue(task.kind());
        String type = glue ? "text-classification" : "fill-mask";
        yaml.append("  - task:\n      type: ").append(type);
        yaml.append("\n    dataset:\n      name: ");
        yaml.append(quoted(glue ? "GLUE " + task.kind().id() : "texts given to the run"));
        yaml.append("\n      type: ").append(glue ? "glue" : "text");
        yaml.append("\n      config: ").append(task.kind().id().replace('-', '_'));
        yaml.append("\n      split: validation\n    metrics:\n");
        for (Map.Entry<String, Double> e : task.metricsB().entrySet()) {
          yaml.append("    - type: ").append(e.getKey()).append("\n      value: ");
          yaml.append(
              Double.isNaN(e.getValue()) ? ".nan" : String.format(Locale.ROOT, "%s", e.getValue()));
          yaml.append("\n      verified: false\n");
        }
      }
    }
    return yaml.length() == "model-index:\n".length() ? "model-index: []\n" : yaml.toString();
  }

  private static String quoted(String text) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }
}
