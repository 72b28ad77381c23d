package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.zoopress.jobs.compress.ModelResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;

/** The JSON that commands print: schema, run, exit code, models, totals. */
final class Documents {
  private static final JsonFactory FACTORY = new JsonFactory();

  private Documents() {}

  static JsonGenerator generator(PrintWriter out) throws IOException {
    return FACTORY
        .createGenerator(out)
        .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
        .useDefaultPrettyPrinter();
  }

  /** Opens the document. */
  static void head(JsonGenerator json, String command, String runId, int exitCode)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("schema", "zoopress/" + command + "/1");
    json.writeStringField("runId", runId);
    json.writeNumberField("exitCode", exitCode);
  }

  /** What became of a model; without an error's field where all is well. */
  static void model(ModelResult model, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("model", model.model());
    json.writeStringField("revision", model.revision());
    json.writeStringField("status", model.status().name().toLowerCase(Locale.ROOT));
    json.writeNumberField("files", model.files());
    json.writeNumberField("sourceBytes", model.sourceBytes());
    json.writeNumberField("storedBytes", model.storedBytes());
    if (!model.error().isEmpty()) {
      json.writeStringField("error", model.error());
    }
    json.writeEndObject();
  }

  static void failure(PrintWriter out, String command, String runId, Failure failure)
      throws IOException {
    try (JsonGenerator json = generator(out)) {
      head(json, command, runId, failure.exitCode());
      json.writeObjectFieldStart("error");
      json.writeStringField("kind", failure.kind());
      json.writeStringField("message", failure.message());
      json.writeEndObject();
      json.writeArrayFieldStart("models");
      json.writeEndArray();
      json.writeObjectFieldStart("totals");
      json.writeEndObject();
      json.writeEndObject();
    }
    out.println();
  }
}
