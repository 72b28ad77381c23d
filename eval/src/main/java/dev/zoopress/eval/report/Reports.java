package dev.zoopress.eval.report;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import dev.zoopress.eval.compare.ExampleOutcome;
import dev.zoopress.eval.compare.ModelResult;
import dev.zoopress.eval.compare.TaskResult;
import dev.zoopress.eval.compare.Verdict;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Writes all reports of a run. Single examples go to files as models come in; a few of each task
 * are kept for the reports that show them. Not thread-safe.
 */
public final class Reports {
  /** Outcomes kept per task and model. */
  public static final int KEPT_OUTCOMES = 12;

  private static final JsonFactory JSON = new JsonFactory();

  private final ReportFolder folder;
  private final Heading heading;
  private final List<ModelResult> models = new ArrayList<>();

  public Reports(ReportFolder folder, Heading heading) {
    this.folder = folder;
    this.heading = heading;
  }

  private interface Content {
    void write(JsonGenerator json) throws IOException;
  }

  /** The verdict that outranks the others: unequal, doubtful, equal, nothing run. */
  static Verdict verdict(List<ModelResult> models) {
    for (Verdict verdict : List.of(Verdict.NOT_EQUAL, Verdict.INCONCLUSIVE, Verdict.EQUAL)) {
      if (models.stream().anyMatch(m -> m.verdict() == verdict)) {
        return verdict;
      }
    }
    return Verdict.NOT_RUN;
  }

  /** Takes a model's result and writes its examples. */
  public void add(ModelResult model) throws IOException {
    String own = "harness/" + FileNames.of(model.model());
    for (TaskResult task : model.tasks()) {
      if (!task.outcomes().isEmpty()) {
        samples(own + "/samples_" + HarnessReport.task(task.kind()) + ".jsonl", task);
      }
    }
    if (model.tasks().stream().anyMatch(TaskResult::wasRun)) {
      json(own + "/results.json", json -> HarnessReport.results(json, heading, model));
    }
    models.add(model.withFewOutcomes(KEPT_OUTCOMES));
  }

  private void samples(String name, TaskResult task) throws IOException {
    try (OutputStream out = folder.create(name);
        JsonGenerator json = JSON.createGenerator(out, JsonEncoding.UTF8)) {
      json.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
      for (ExampleOutcome outcome : task.outcomes()) {
        HarnessReport.sample(json, outcome, task);
      }
    }
  }

  private void json(String name, Content content) throws IOException {
    try (OutputStream out = folder.create(name);
        JsonGenerator json = JSON.createGenerator(out, JsonEncoding.UTF8)) {
      json.useDefaultPrettyPrinter();
      content.write(json);
    }
  }

  private void text(String name, String text) throws IOException {
    try (OutputStream out = folder.create(name)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Writes what is about the whole run and returns the models in order of name. */
  public List<ModelResult> finish(List<String> notes) throws IOException {
    models.sort(Comparator.comparing(ModelResult::model).thenComparing(ModelResult::revision));
    json("report.json", json -> report(json, notes));
    text("report.html", new HtmlReport(heading, models, notes).page());
    try (OutputStream out = folder.create("junit.xml")) {
      JUnitReport.write(out, models);
    }
    text("model-index.yml", HarnessReport.modelIndex(models));
    json("attestation.intoto.json", json -> Statement.write(json, heading, models));
    return List.copyOf(models);
  }

  private void report(JsonGenerator json, List<String> notes) throws IOException {
    json.writeStartObject();
    json.writeStringField("schema", "zoopress/eval-report/1");
    json.writeStringField("runId", heading.runId());
    json.writeStringField("started", heading.started().toString());
    json.writeStringField("verdict", verdict(models).words());
    json.writeStringField("original", heading.original());
    json.writeStringField("store", heading.store());
    json.writeObjectFieldStart("environment");
    for (Map.Entry<String, String> e : heading.environment().entrySet()) {
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
