package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.zoopress.jobs.restore.Layout;
import dev.zoopress.jobs.restore.RestoreJob;
import dev.zoopress.jobs.restore.RestoreOptions;
import dev.zoopress.jobs.restore.RestoreOptions.Flag;
import dev.zoopress.jobs.restore.RestoreResult;
import dev.zoopress.jobs.restore.RestoreResult.FileError;
import dev.zoopress.jobs.restore.RestoreResult.RestoredModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "restore",
    description = {
      "Brings files back, byte for byte; no MODEL: all of them.",
      "Equal files stay, different ones are never overwritten without --force."
    })
final class RestoreCommand extends BaseCommand {
  @Mixin final StoreOption store = new StoreOption();

  @Parameters(
      arity = "0..*",
      paramLabel = "MODEL[@REV]",
      description = "name or org/name, with an optional revision or ref")
  List<String> models = new ArrayList<>();

  @Option(names = "--to", required = true, paramLabel = "DIR", description = "where the files go")
  String target = "";

  @Option(
      names = "--layout",
      paramLabel = "LAYOUT",
      defaultValue = "plain",
      description = "plain (regular files below model names) or hf-cache; default ${DEFAULT-VALUE}")
  String layout = "plain";

  @Option(names = "--file", paramLabel = "PATH", description = "only this file of the models")
  String file = "";

  @Option(names = "--force", description = "replace files that have another content")
  boolean force;

  @Option(names = "--dry-run", description = "say what would be written; write nothing")
  boolean dryRun;

  @Override
  String statusStore() {
    return dryRun ? "" : store.store;
  }

  private Layout parsedLayout() {
    return switch (layout.toLowerCase(Locale.ROOT)) {
      case "plain" -> Layout.PLAIN;
      case "hf-cache" -> Layout.HF_CACHE;
      default -> throw new UsageException("--layout '" + layout + "': use plain or hf-cache");
    };
  }

  @Override
  Outcome run(Invocation invocation) throws IOException {
    EnumSet<Flag> flags = EnumSet.noneOf(Flag.class);
    if (force) {
      flags.add(Flag.FORCE);
    }
    if (dryRun) {
      flags.add(Flag.DRY_RUN);
    }
    RestoreOptions options =
        new RestoreOptions(
            store.store, models, target, parsedLayout(), file, flags, invocation.runId());
    RestoreResult result =
        new RestoreJob(invocation.spark(), options, invocation.progress()).execute();
    return new Outcome(code(result), json -> write(result, json), out -> print(result, out));
  }

  private int code(RestoreResult result) {
    int code = ExitCode.DONE;
    long files = 0;
    for (RestoredModel model : result.models()) {
      files += model.files();
      for (FileError error : model.errors()) {
        boolean damaged = error.kind() == FileError.Kind.DAMAGED;
        code = ExitCode.worse(code, damaged ? ExitCode.NOT_EQUAL : ExitCode.SOME_MODELS_FAILED);
      }
    }
    return code == ExitCode.DONE && files == 0 && !file.isEmpty() ? ExitCode.FAILED : code;
  }

  private static void write(RestoreResult result, JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("models");
    for (RestoredModel model : result.models()) {
      json.writeStartObject();
      json.writeStringField("model", model.model());
      json.writeStringField("revision", model.revision());
      json.writeStringField("status", model.errors().isEmpty() ? "restored" : "failed");
      json.writeNumberField("files", model.files());
      json.writeNumberField("filesWritten", model.written());
      json.writeNumberField("sourceBytes", model.bytes());
      if (!model.errors().isEmpty()) {
        json.writeStringField("error", text(model.errors().get(0)));
        json.writeArrayFieldStart("errors");
        for (FileError error : model.errors()) {
          json.writeStartObject();
          json.writeStringField("path", error.path());
          json.writeStringField("kind", kind(error));
          json.writeStringField("message", error.message());
          json.writeEndObject();
        }
        json.writeEndArray();
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeObjectFieldStart("totals");
    json.writeNumberField("models", result.models().size());
    json.writeNumberField("files", sum(result, RestoredModel::files));
    json.writeNumberField("filesWritten", sum(result, RestoredModel::written));
    json.writeNumberField("sourceBytes", sum(result, RestoredModel::bytes));
    json.writeNumberField("bytesWritten", sum(result, RestoredModel::writtenBytes));
    json.writeEndObject();
  }

  private static String kind(FileError error) {
    return error.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String text(FileError error) {
    return error.path().isEmpty() ? error.message() : error.path() + ": " + error.message();
  }

  private static long sum(
      RestoreResult result, java.util.function.ToLongFunction<RestoredModel> value) {
    return result.models().stream().mapToLong(value).sum();
  }

  private void print(RestoreResult result, PrintWriter out) {
    for (RestoredModel model : result.models()) {
      for (FileError error : model.errors()) {
        String what = error.kind() == FileError.Kind.DAMAGED ? "DAMAGED " : "NOT WRITTEN ";
        out.println(Table.printable(what + model.model() + ": " + text(error)));
      }
    }
    long files = sum(result, RestoredModel::files);
    if (files == 0 && !file.isEmpty()) {
      out.println("no file '" + Table.printable(file) + "' in what was asked for");
    }
    long written = sum(result, RestoredModel::written);
    out.println(
        (dryRun ? "would write " : "wrote ")
            + Format.count(written, "file")
            + " ("
            + Format.bytes(sum(result, RestoredModel::writtenBytes))
            + ") of "
            + Format.count(result.models().size(), "model revision")
            + " to "
            + Table.printable(target)
            + (files > written ? "; " + (files - written) + " were there already" : "")
            + (dryRun ? "" : "; every SHA-256 was checked"));
  }
}
