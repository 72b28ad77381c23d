package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.zoopress.jobs.inspect.ListJob;
import dev.zoopress.jobs.inspect.ListResult;
import dev.zoopress.jobs.inspect.ListResult.ListedFile;
import dev.zoopress.jobs.inspect.ListResult.ListedRevision;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "ls",
    description = {
      "Lists models with their revisions and sizes; with MODEL, the files of its newest revision.",
      "Stored bytes are those that a revision or file needs, shared ones in full."
    })
final class ListCommand extends BaseCommand {
  @Mixin final StoreOption store = new StoreOption();

  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL[@REV]",
      description = "list the files of this model")
  String model = "";

  @Option(names = "--fail-if-nothing", description = "exit with 9 where there is no model")
  boolean failIfNothing;

  @Override
  Outcome run(Invocation invocation) throws IOException {
    ListResult result = new ListJob(invocation.hadoop(), store.store, model).execute();
    boolean damaged = result.revisions().stream().anyMatch(r -> !r.error().isEmpty());
    int code =
        damaged
            ? ExitCode.NOT_EQUAL
            : failIfNothing && result.revisions().isEmpty()
                ? ExitCode.NOTHING_TO_DO
                : ExitCode.DONE;
    return new Outcome(code, json -> write(result, json), out -> print(result, out));
  }

  private void write(ListResult result, JsonGenerator json) throws IOException {
    json.writeStringField("store", store.store);
    json.writeArrayFieldStart("models");
    for (ListedRevision r : result.revisions()) {
      json.writeStartObject();
      json.writeStringField("model", r.model());
      json.writeStringField("revision", r.revision());
      json.writeStringField("status", r.error().isEmpty() ? "stored" : "damaged");
      json.writeNumberField("files", r.files());
      json.writeNumberField("sourceBytes", r.sourceBytes());
      json.writeNumberField("storedBytes", r.storedBytes());
      json.writeArrayFieldStart("refs");
      for (String ref : r.refs()) {
        json.writeString(ref);
      }
      json.writeEndArray();
      if (!r.error().isEmpty()) {
        json.writeStringField("error", r.error());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeObjectFieldStart("totals");
    json.writeNumberField(
        "models", result.revisions().stream().map(ListedRevision::model).distinct().count());
    json.writeNumberField("revisions", result.revisions().size());
    json.writeNumberField(
        "files", result.revisions().stream().mapToLong(ListedRevision::files).sum());
    json.writeNumberField(
        "sourceBytes", result.revisions().stream().mapToLong(ListedRevision::sourceBytes).sum());
    json.writeEndObject();
    if (!model.isEmpty()) {
      json.writeArrayFieldStart("files");
      for (ListedFile file : result.files()) {
        write(file, json);
      }
      json.writeEndArray();
    }
  }

  private static void write(ListedFile file, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("path", file.path());
    json.writeNumberField("sourceBytes", file.sourceBytes());
    json.writeNumberField("storedBytes", file.storedBytes());
    json.writeStringField("sha256", file.sha256());
    json.writeStringField("format", file.format());
    json.writeNumberField("tensors", file.tensors());
    if (!file.link().isEmpty()) {
      json.writeStringField("link", file.link());
    }
    json.writeEndObject();
  }

  private void print(ListResult result, PrintWriter out) {
    if (model.isEmpty()) {
      Table table = new Table("model", "revision", "refs", "files", "source", "stored", "remarks");
      for (ListedRevision r : result.revisions()) {
        table.row(
            r.model(),
            r.revision().length() == 40 ? r.revision().substring(0, 12) : r.revision(),
            String.join(",", r.refs()),
            Long.toString(r.files()),
            Format.bytes(r.sourceBytes()),
            Format.bytes(r.storedBytes()),
            r.error().isEmpty() ? "" : "DAMAGED " + r.error());
      }
      table.print(out);
      out.println(Format.count(result.revisions().size(), "revision"));
      return;
    }
    Table table = new Table("file", "format", "source", "stored", "sha256");
    for (ListedFile file : result.files()) {
      table.row(
          file.path() + (file.link().isEmpty() ? "" : " -> " + file.link()),
          file.format(),
          Format.bytes(file.sourceBytes()),
          Format.bytes(file.storedBytes()),
          file.sha256().substring(0, 12));
    }
    table.print(out);
    for (ListedRevision r : result.revisions()) {
      out.println(
          Table.printable(r.model() + "@" + r.revision())
              + (r.refs().isEmpty() ? "" : " (" + Table.printable(String.join(",", r.refs())) + ")")
              + ": "
              + Format.count(r.files(), "file")
              + ", "
              + Format.bytes(r.sourceBytes())
              + " stored in "
              + Format.bytes(r.storedBytes()));
    }
  }
}
