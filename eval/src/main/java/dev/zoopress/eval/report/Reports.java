package dev.zoopress.eval.report;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import dev.zoopress.eval.compare.ExampleOutcome;
import dev.zoopress.eval.compare.ModelResult;
import dev.zoopress.eval.compare.TaskResult;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Writes all reports of a run. Single examples go to files as models come in; a few of each task
 * are kept for the reports that show them. Not thread-safe.
 */
public final class Reports {
  /** Outcomes kept per task and model. */
  public static final int KEPT_OUTCOMES = 12;

  static final JsonFactory JSON = new JsonFactory();

  private final ReportFolder folder;
  private final Heading heading;
  private final List<ModelResult> models = new ArrayList<>();

  public Reports(ReportFolder folder, Heading heading) {
    this.folder = folder;
    this.heading = heading;
  }

  /** Takes a model's result and writes its examples. */
  public void add(ModelResult model) throws IOException {
    for (TaskResult task : model.tasks()) {
      if (!task.outcomes().isEmpty()) {
        samples(model, task);
      }
    }
    models.add(model.withFewOutcomes(KEPT_OUTCOMES));
  }

  private void samples(ModelResult model, TaskResult task) throws IOException {
    String name =
        "samples/" + FileNames.of(model.model()) + "/samples_" + task.kind().id() + ".jsonl";
    try (OutputStream out = folder.create(name);
        JsonGenerator json = JSON.createGenerator(out, JsonEncoding.UTF8)) {
      json.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
      ModelJson writer = new ModelJson(json);
      for (ExampleOutcome outcome : task.outcomes()) {
        writer.sample(outcome);
      }
    }
  }

  /** Writes what is about the whole run and returns the models in order of name. */
  public List<ModelResult> finish(List<String> notes) throws IOException {
    models.sort(Comparator.comparing(ModelResult::model).thenComparing(ModelResult::revision));
    report(notes);
    return List.copyOf(models);
  }

  private void report(List<String> notes) throws IOException {
    try (OutputStream out = folder.create("report.json");
        JsonGenerator json = JSON.createGenerator(out, JsonEncoding.UTF8)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeStringField("schema", "zoopress/eval-report/1");
      json.writeStringField("runId", heading.runId());
      json.writeStringField("started", heading.started().toString());
      json.writeStringField("original", heading.original());
      json.writeStringField("store", heading.store());
      json.writeObjectFieldStart("environment");
      for (var e : heading.environment().entrySet()) {
        json.writeStringField(e.getKey(), e.getValue());
      }
      json.writeEndObject();
      json.writeArrayFieldStart("notes");
      for (String note : notes) {
        json.writeString(note);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("models");
      ModelJson writer = new ModelJson(json);
      for (ModelResult model : models) {
        writer.whole(model);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }
}
