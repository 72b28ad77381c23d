package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.zoopress.jobs.scan.ScanJob;
import dev.zoopress.jobs.scan.ScanResult;
import dev.zoopress.jobs.scan.ScanResult.Count;
import dev.zoopress.jobs.scan.ScanResult.ScannedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "scan",
    description = "Says what is there: models, files, formats, element types, what is invalid.")
final class ScanCommand extends BaseCommand {
  @Parameters(
      paramLabel = "SOURCE",
      description = "a model directory, a tree org/name, or a Hugging Face cache")
  String source = "";

  @Override
  Outcome run(Invocation invocation) throws IOException {
    ScanResult result = new ScanJob(invocation.spark(), source).execute();
    boolean failed = result.models().stream().anyMatch(m -> !m.error().isEmpty());
    return new Outcome(
        failed ? ExitCode.SOME_MODELS_FAILED : ExitCode.DONE,
        json -> write(result, json),
        out -> print(result, out));
  }

  private static void write(ScanResult result, JsonGenerator json) throws IOException {
    json.writeStringField("source", result.source());
    json.writeStringField("layout", result.layout());
    json.writeArrayFieldStart("models");
    for (ScannedModel model : result.models()) {
      json.writeStartObject();
      json.writeStringField("model", model.model());
      json.writeStringField(
          "revision", model.revisions().isEmpty() ? "" : model.revisions().get(0));
      json.writeArrayFieldStart("revisions");
      for (String revision : model.revisions()) {
        json.writeString(revision);
      }
      json.writeEndArray();
      json.writeStringField("status", model.error().isEmpty() ? "valid" : "invalid");
      json.writeNumberField("files", model.files());
      json.writeNumberField("sourceBytes", model.sourceBytes());
      json.writeNumberField("storedBytes", 0);
      counts(json, "formats", model.formats());
      counts(json, "dtypes", model.dtypes());
      json.writeArrayFieldStart("warnings");
      for (String warning : model.warnings()) {
        json.writeString(warning);
      }
      json.writeEndArray();
      if (!model.error().isEmpty()) {
        json.writeStringField("error", model.error());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeObjectFieldStart("totals");
    json.writeNumberField("models", result.models().size());
    json.writeNumberField("files", result.models().stream().mapToLong(ScannedModel::files).sum());
    json.writeNumberField(
        "sourceBytes", result.models().stream().mapToLong(ScannedModel::sourceBytes).sum());
    counts(json, "formats", result.formats());
    counts(json, "dtypes", result.dtypes());
    json.writeEndObject();
    json.writeArrayFieldStart("strays");
    for (String stray : result.strays()) {
      json.writeString(stray);
    }
    json.writeEndArray();
  }

  private static void counts(JsonGenerator json, String name, Map<String, Count> counts)
      throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, Count> e : counts.entrySet()) {
      json.writeObjectFieldStart(e.getKey());
      json.writeNumberField("count", e.getValue().count());
      json.writeNumberField("bytes", e.getValue().bytes());
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private static void print(ScanResult result, PrintWriter out) {
    Table table = new Table("model", "files", "size", "remarks");
    long bytes = 0;
    for (ScannedModel model : result.models()) {
      bytes += model.sourceBytes();
      String remark =
          !model.error().isEmpty()
              ? model.error()
              : model.warnings().isEmpty()
                  ? ""
                  : Format.count(model.warnings().size(), "warning")
                      + ": "
                      + model.warnings().get(0);
      table.row(
          model.model(), Long.toString(model.files()), Format.bytes(model.sourceBytes()), remark);
    }
    table.print(out);
    out.println();
    Table formats = new Table("format", "files", "size");
    result
        .formats()
        .forEach((k, v) -> formats.row(k, Long.toString(v.count()), Format.bytes(v.bytes())));
    formats.print(out);
    out.println();
    Table dtypes = new Table("type", "tensors", "size");
    result
        .dtypes()
        .forEach((k, v) -> dtypes.row(k, Long.toString(v.count()), Format.bytes(v.bytes())));
    dtypes.print(out);
    out.println();
    out.println(
        result.layout()
            + ": "
            + Format.count(result.models().size(), "model")
            + ", "
            + Format.bytes(bytes));
    if (!result.strays().isEmpty()) {
      out.println(
          Format.count(result.strays().size(), "file")
              + " belong to no model and would not be stored, such as "
              + Table.printable(result.strays().get(0)));
    }
  }
}
