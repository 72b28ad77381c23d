package dev.zoopress.eval.report;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.zoopress.eval.compare.Guard;
import dev.zoopress.eval.compare.LevelResult;
import dev.zoopress.eval.compare.ModelResult;
import dev.zoopress.eval.compare.NegativeControl;
import dev.zoopress.eval.compare.TaskResult;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;

/** One model of a report as JSON. */
public final class ModelJson {
  private final JsonGenerator json;

  public ModelJson(JsonGenerator json) {
    this.json = json;
  }

  /** What scripts need: verdict, levels, tasks and metrics. */
  public void summary(ModelResult model) throws IOException {
    json.writeStartObject();
    head(model);
    json.writeEndObject();
  }

  /** Everything but the single examples of which many are kept elsewhere. */
  void whole(ModelResult model) throws IOException {
    json.writeStartObject();
    head(model);
    json.writeArrayFieldStart("guards");
    for (Guard guard : model.guards()) {
      json.writeStartObject();
      json.writeStringField("question", guard.question());
      json.writeBooleanField("held", guard.held());
      json.writeStringField("detail", guard.detail());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("negativeControls");
    for (NegativeControl control : model.controls()) {
      json.writeStartObject();
      json.writeStringField("tensor", control.tensor());
      json.writeNumberField("element", control.element());
      json.writeStringField("bit", control.bit());
      json.writeBooleanField("caughtL0", control.caughtL0());
      json.writeBooleanField("caughtL1", control.caughtL1());
      json.writeBooleanField("caughtL2", control.caughtL2());
      json.writeBooleanField("mustL2", control.mustL2());
      json.writeEndObject();
    }
    json.writeEndArray();
    strings("facts", model.facts());
    strings("files", model.restored());
    json.writeEndObject();
  }

  private void head(ModelResult model) throws IOException {
    json.writeStringField("model", model.model());
    json.writeStringField("revision", model.revision());
    json.writeStringField("status", model.status().name().toLowerCase(Locale.ROOT));
    json.writeStringField("verdict", model.verdict().words());
    json.writeNumberField("files", model.restored().size());
    json.writeNumberField("sourceBytes", model.sourceBytes());
    json.writeNumberField("storedBytes", model.storedBytes());
    json.writeNumberField("examples", model.examples());
    if (!model.error().isEmpty()) {
      json.writeStringField("error", model.error());
    }
    json.writeArrayFieldStart("reasons");
    for (String reason : model.reasons()) {
      json.writeString(reason);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("levels");
    for (LevelResult level : model.levels()) {
      json.writeStartObject();
      json.writeStringField("level", level.level().name());
      json.writeStringField("evidence", level.level().evidence());
      json.writeNumberField("compared", level.compared());
      json.writeNumberField("differing", level.differing());
      json.writeBooleanField("passed", level.passed());
      json.writeStringField("detail", level.detail());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("tasks");
    for (TaskResult task : model.tasks()) {
      task(task);
    }
    json.writeEndArray();
  }

  private void task(TaskResult task) throws IOException {
    json.writeStartObject();
    json.writeStringField("task", task.kind().id());
    if (!task.wasRun()) {
      json.writeStringField(task.failed() ? "failed" : "skipped", task.skipped());
      json.writeEndObject();
      return;
    }
    json.writeNumberField("examples", task.examples());
    json.writeNumberField("refused", task.refused().size());
    json.writeNumberField("malformedRows", task.malformedRows());
    json.writeNumberField("truncated", task.counts().truncated());
    json.writeNumberField("nonFinite", task.counts().nonFinite());
    json.writeNumberField("unsteady", task.counts().unsteady());
    json.writeNumberField("differingValues", task.counts().difference().values());
    numbers("original", task.metricsA());
    numbers("stored", task.metricsB());
    json.writeNumberField("secondsOriginal", task.secondsA());
    json.writeNumberField("secondsStored", task.secondsB());
    json.writeArrayFieldStart("warnings");
    for (String warning : task.warnings()) {
      json.writeString(warning);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void numbers(String name, Map<String, Double> values) throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, Double> e : values.entrySet()) {
      number(json, e.getKey(), e.getValue());
    }
    json.writeEndObject();
  }

  /** JSON has no NaN. */
  static void number(JsonGenerator json, String name, double value) throws IOException {
    if (Double.isFinite(value)) {
      json.writeNumberField(name, value);
    } else {
      json.writeNullField(name);
    }
  }

  private void strings(String name, Map<String, String> values) throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, String> e : values.entrySet()) {
      json.writeStringField(e.getKey(), e.getValue());
    }
    json.writeEndObject();
  }
}
