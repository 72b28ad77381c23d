package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.zoopress.codec.Effort;
import dev.zoopress.jobs.compress.CompressJob;
import dev.zoopress.jobs.compress.CompressOptions;
import dev.zoopress.jobs.compress.CompressOptions.Flag;
import dev.zoopress.jobs.compress.CompressResult;
import dev.zoopress.jobs.compress.ModelResult;
import dev.zoopress.jobs.compress.RunWork;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "compress",
    description = {
      "Puts every model of SOURCE into the store; what did not change is not read again.",
      "The source is only read. Nothing is visible before it was decoded and compared."
    })
final class CompressCommand extends BaseCommand {
  private enum Switch {
    ON,
    OFF
  }

  @Mixin final StoreOption store = new StoreOption();

  @Parameters(
      paramLabel = "SOURCE",
      description = "a model directory, a tree org/name, or a Hugging Face cache")
  String source = "";

  @Option(
      names = "--effort",
      paramLabel = "EFFORT",
      defaultValue = "best",
      description = "best (smaller) or fast (Huffman only); default ${DEFAULT-VALUE}")
  Effort effort = Effort.BEST;

  @Option(
      names = "--delta",
      paramLabel = "on|off",
      defaultValue = "on",
      description = "store tensors as differences from a base where that pays; default on")
  private Switch delta = Switch.ON;

  @Option(names = "--dry-run", description = "estimate the savings from samples; write nothing")
  boolean dryRun;

  @Option(
      names = "--force",
      description = "read every file again, also where size and time did not change")
  boolean force;

  @Option(
      names = "--fail-if-nothing",
      description = "exit with 9 where there was nothing new to store")
  boolean failIfNothing;

  @Override
  String statusStore() {
    return dryRun ? "" : store.store;
  }

  @Override
  Outcome run(Invocation invocation) throws IOException {
    EnumSet<Flag> flags = EnumSet.noneOf(Flag.class);
    if (dryRun) {
      flags.add(Flag.DRY_RUN);
    }
    if (force) {
      flags.add(Flag.FORCE);
    }
    if (delta == Switch.OFF) {
      flags.add(Flag.NO_DELTA);
    }
    CompressOptions options =
        new CompressOptions(source, store.store, effort, flags, invocation.runId());
    CompressResult result =
        new CompressJob(invocation.spark(), options, invocation.progress()).execute();
    RunWork work = result.work();
    work.wallStageNanos().forEach((k, v) -> invocation.seconds().put(k, v / 1e9));
    invocation.seconds().put("wall", work.wallNanos() / 1e9);
    int code =
        work.modelsFailed() > 0
            ? ExitCode.SOME_MODELS_FAILED
            : failIfNothing && result.nothingToDo() ? ExitCode.NOTHING_TO_DO : ExitCode.DONE;
    return new Outcome(code, json -> write(result, json), out -> print(result, dryRun, out));
  }

  private static void write(CompressResult result, JsonGenerator json) throws IOException {
    json.writeStringField("source", result.source());
    json.writeStringField("store", result.store());
    json.writeArrayFieldStart("models");
    result.forEachModel(
        model -> {
          try {
            Documents.model(model, json);
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
    json.writeEndArray();
    RunWork work = result.work();
    json.writeObjectFieldStart("totals");
    json.writeNumberField("models", result.totals().models());
    json.writeNumberField("modelsUnchanged", work.modelsUnchanged());
    json.writeNumberField("modelsFailed", work.modelsFailed());
    json.writeNumberField("files", result.totals().files());
    json.writeNumberField("filesUnchanged", work.filesUnchanged());
    json.writeNumberField("chunks", result.totals().chunks());
    json.writeNumberField("sourceBytes", result.totals().sourceBytes());
    json.writeNumberField("storedBytes", result.totals().storedBytes());
    json.writeNumberField("saved", result.totals().saved());
    json.writeNumberField("bytesRead", work.dataBytesRead());
    json.writeNumberField("headerBytesRead", work.headerBytesRead());
    json.writeNumberField("units", work.units());
    json.writeNumberField("unitsResumed", work.unitsResumed());
    json.writeNumberField("packs", work.packs());
    json.writeNumberField("memoryBoundBytes", work.memoryBoundBytes());
    Shares.write(json, "by", result.totals().by());
    Shares.write(json, "dtypes", result.totals().dtypes());
    json.writeEndObject();
    json.writeObjectFieldStart("taskSeconds");
    for (Map.Entry<String, Long> stage : work.stageNanos().entrySet()) {
      json.writeNumberField(stage.getKey(), stage.getValue() / 1e9);
    }
    json.writeEndObject();
    json.writeObjectFieldStart("executors");
    for (Map.Entry<String, Long> executor : work.executorChunks().entrySet()) {
      json.writeObjectFieldStart(executor.getKey());
      json.writeNumberField("chunks", executor.getValue());
      json.writeEndObject();
    }
    json.writeEndObject();
    json.writeArrayFieldStart("warnings");
    for (String warning : result.warnings()) {
      json.writeString(warning);
    }
    json.writeEndArray();
  }

  private static void print(CompressResult result, boolean dryRun, PrintWriter out) {
    for (String warning : result.warnings()) {
      out.println("note: " + Table.printable(warning));
    }
    for (ModelResult model : result.failed()) {
      out.println("FAILED " + Table.printable(model.model() + ": " + model.error()));
    }
    RunWork work = result.work();
    if (result.nothingToDo()) {
      out.println("nothing to do: " + Format.count(work.modelsUnchanged(), "model") + " unchanged");
      return;
    }
    Table table = new Table("technique", "source", "stored");
    for (Map.Entry<String, dev.zoopress.jobs.compress.ByteShare> e :
        result.totals().by().entrySet()) {
      table.row(
          e.getKey(), Format.bytes(e.getValue().bytes()), Format.bytes(e.getValue().stored()));
    }
    table.print(out);
    out.println(
        (dryRun ? "would store " : "stored ")
            + Format.count(result.totals().models(), "model")
            + " ("
            + Format.count(result.totals().files(), "file")
            + "): "
            + Format.bytes(result.totals().sourceBytes())
            + " became "
            + Format.bytes(result.totals().storedBytes())
            + ", saved "
            + Format.percent(result.totals().saved())
            + (work.modelsUnchanged() > 0 ? "; " + work.modelsUnchanged() + " unchanged" : "")
            + (work.modelsFailed() > 0 ? "; " + work.modelsFailed() + " FAILED" : ""));
  }
}
