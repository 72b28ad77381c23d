package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.zoopress.codec.Effort;
import dev.zoopress.jobs.compress.ModelResult;
import dev.zoopress.jobs.optimize.OptimizeJob;
import dev.zoopress.jobs.optimize.OptimizeOptions;
import dev.zoopress.jobs.optimize.OptimizeOptions.Mode;
import dev.zoopress.jobs.optimize.OptimizeResult;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "optimize",
    description = {
      "Plans over the whole store what stands on what, as one run over all models would have, and",
      "rewrites the packs that pay most. Reads the store alone; files stay the same. What was",
      "replaced goes with the next gc."
    })
final class OptimizeCommand extends BaseCommand {
  @Mixin final StoreOption store = new StoreOption();

  @Option(
      names = "--budget",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description = {
        "bytes of weights that may be decoded and encoded again, such as 64MiB or 1.5TB;",
        "default: all that pays"
      })
  Long budget = Long.MAX_VALUE;

  @Option(
      names = "--effort",
      paramLabel = "EFFORT",
      defaultValue = "best",
      description = "of what is rewritten: best (smaller) or fast; default ${DEFAULT-VALUE}")
  Effort effort = Effort.BEST;

  @Option(
      names = "--dry-run",
      description = "say how far the store is from its plan; write nothing")
  boolean dryRun;

  @Option(names = "--fail-if-nothing", description = "exit with 9 where nothing pays")
  boolean failIfNothing;

  @Override
  String statusStore() {
    return dryRun ? "" : store.store;
  }

  @Override
  Outcome run(Invocation invocation) throws IOException {
    OptimizeOptions options =
        new OptimizeOptions(
            store.store, budget, effort, dryRun ? Mode.DRY_RUN : Mode.REWRITE, invocation.runId());
    OptimizeResult result =
        new OptimizeJob(invocation.spark(), options, invocation.progress()).execute();
    int code =
        !result.failed().isEmpty()
            ? ExitCode.SOME_MODELS_FAILED
            : failIfNothing && result.chosen() == 0 ? ExitCode.NOTHING_TO_DO : ExitCode.DONE;
    return new Outcome(code, json -> write(result, json), out -> print(result, out));
  }

  private void write(OptimizeResult result, JsonGenerator json) throws IOException {
    json.writeStringField("store", store.store);
    json.writeBooleanField("dryRun", dryRun);
    json.writeArrayFieldStart("models");
    for (ModelResult model : result.failed()) {
      Documents.model(model, json);
    }
    json.writeEndArray();
    json.writeObjectFieldStart("totals");
    json.writeNumberField("packs", result.packs());
    json.writeNumberField("packBytes", result.packBytes());
    json.writeNumberField("plannedBytes", result.plannedBytes());
    json.writeNumberField("rewrittenPacks", result.chosen());
    json.writeNumberField("rewrittenPackBytes", result.chosenBytes());
    json.writeNumberField("rewrittenSourceBytes", result.chosenRawBytes());
    json.writeNumberField("expectedBytes", result.expectedBytes());
    json.writeNumberField("writtenBytes", result.writtenBytes());
    json.writeNumberField("remainingBytes", result.remainingBytes());
    json.writeNumberField("modelsRepointed", result.models());
    json.writeNumberField("chunksKept", result.kept());
    json.writeEndObject();
    json.writeArrayFieldStart("warnings");
    for (String warning : result.warnings()) {
      json.writeString(warning);
    }
    json.writeEndArray();
  }

  private void print(OptimizeResult result, PrintWriter out) {
    for (String warning : result.warnings()) {
      out.println("note: " + Table.printable(warning));
    }
    for (ModelResult model : result.failed()) {
      out.println("FAILED " + Table.printable(model.model() + ": " + model.error()));
    }
    if (result.kept() > 0) {
      out.println(
          Format.count(result.kept(), "chunk")
              + " could not be read and stayed; 'zoopress verify --full' tells which models have"
              + " them");
    }
    long apart = result.packBytes() - result.plannedBytes();
    out.println(
        Format.count(result.packs(), "pack")
            + " in use, "
            + Format.bytes(result.packBytes())
            + (apart == 0
                ? ": as planned"
                : "; the plan takes about "
                    + Format.bytes(result.plannedBytes())
                    + ", "
                    + Format.percent((double) apart / Math.max(1, result.packBytes()))
                    + " less"));
    if (result.chosen() == 0) {
      out.println(
          apart == 0
              ? "nothing to do"
              : "nothing rewritten: no pack fits the budget; raise --budget");
      return;
    }
    out.println(
        (dryRun ? "would rewrite " : "rewrote ")
            + Format.count(result.chosen(), "pack")
            + " of "
            + Format.bytes(result.chosenBytes())
            + " ("
            + Format.bytes(result.chosenRawBytes())
            + " of weights) as "
            + (dryRun
                ? "about " + Format.bytes(result.expectedBytes())
                : Format.bytes(result.writtenBytes())));
    if (result.remainingBytes() > 0) {
      out.println(
          "about "
              + Format.bytes(result.remainingBytes())
              + " more can be saved"
              + (budget < Long.MAX_VALUE ? ": run optimize again or raise --budget" : ""));
    }
    if (!dryRun) {
      out.println("'zoopress gc' frees what was replaced");
    }
  }
}
