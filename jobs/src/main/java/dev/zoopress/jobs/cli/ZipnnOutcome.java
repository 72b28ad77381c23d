package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.zoopress.jobs.zipnn.InPlaceResult;
import dev.zoopress.jobs.zipnn.InPlaceResult.FileResult;
import dev.zoopress.jobs.zipnn.InPlaceResult.Status;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;

/** Tells what a conversion did. */
final class ZipnnOutcome {
  private ZipnnOutcome() {}

  static Outcome of(InPlaceResult result, String nothing) {
    boolean failed = result.files().stream().anyMatch(f -> f.status() == Status.FAILED);
    return new Outcome(
        failed ? ExitCode.SOME_MODELS_FAILED : ExitCode.DONE,
        json -> write(result, json),
        out -> print(result, nothing, out));
  }

  private static void write(InPlaceResult result, JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("models");
    for (FileResult file : result.files()) {
      json.writeStartObject();
      json.writeStringField("model", file.path());
      json.writeStringField("revision", "");
      json.writeStringField("status", file.status().name().toLowerCase(Locale.ROOT));
      json.writeStringField("target", file.target());
      json.writeNumberField("files", 1);
      json.writeNumberField("sourceBytes", file.sourceBytes());
      json.writeNumberField("storedBytes", file.targetBytes());
      json.writeBooleanField("exact", file.exact());
      json.writeNumberField("repairedTensors", file.repaired());
      if (!file.remark().isEmpty()) {
        json.writeStringField("error", file.remark());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeObjectFieldStart("totals");
    json.writeNumberField("files", result.files().size());
    json.writeNumberField(
        "sourceBytes", result.files().stream().mapToLong(FileResult::sourceBytes).sum());
    json.writeNumberField(
        "storedBytes", result.files().stream().mapToLong(FileResult::targetBytes).sum());
    json.writeEndObject();
  }

  private static void print(InPlaceResult result, String nothing, PrintWriter out) {
    if (result.files().isEmpty()) {
      out.println(nothing);
      return;
    }
    Table table = new Table("file", "becomes", "from", "to", "");
    for (FileResult file : result.files()) {
      String remark = file.status().name().toLowerCase(Locale.ROOT);
      if (file.repaired() > 0) {
        remark += ", " + Format.count(file.repaired(), "tensor") + " repaired";
      }
      if (file.status() == Status.CONVERTED && !file.exact()) {
        remark += ", no digest of the original to check against";
      }
      remark += file.remark().isEmpty() ? "" : ": " + file.remark();
      table.row(
          file.path(),
          file.target(),
          Format.bytes(file.sourceBytes()),
          Format.bytes(file.targetBytes()),
          remark);
    }
    table.print(out);
  }
}
