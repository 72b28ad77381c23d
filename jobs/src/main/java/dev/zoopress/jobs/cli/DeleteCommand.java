package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.zoopress.jobs.inspect.DeleteJob;
import dev.zoopress.jobs.inspect.DeleteResult;
import dev.zoopress.jobs.store.Pointer;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "delete",
    description = {
      "Unpublishes a model, or one of its revisions; readers stop seeing it at once.",
      "The bytes go with the next gc; this says how many."
    })
final class DeleteCommand extends BaseCommand {
  @Mixin final StoreOption store = new StoreOption();

  @Parameters(paramLabel = "MODEL[@REV]", description = "without a revision: all of them")
  String model = "";

  @Option(names = "--dry-run", description = "only say what would be freed")
  boolean dryRun;

  @Option(names = "--yes", description = "really delete")
  boolean yes;

  @Override
  String statusStore() {
    return dryRun ? "" : store.store;
  }

  @Override
  Outcome run(Invocation invocation) throws IOException {
    if (!dryRun && !yes) {
      throw new UsageException("delete changes the store: say --yes, or --dry-run to look first");
    }
    DeleteJob.Mode mode = dryRun ? DeleteJob.Mode.DRY_RUN : DeleteJob.Mode.DELETE;
    DeleteResult result = new DeleteJob(invocation.spark(), store.store, model, mode).execute();
    return new Outcome(ExitCode.DONE, json -> write(result, json), out -> print(result, out));
  }

  private void write(DeleteResult result, JsonGenerator json) throws IOException {
    json.writeStringField("store", store.store);
    json.writeArrayFieldStart("models");
    for (Pointer pointer : result.revisions()) {
      json.writeStartObject();
      json.writeStringField("model", pointer.model());
      json.writeStringField("revision", pointer.revision());
      json.writeStringField("status", dryRun ? "stored" : "deleted");
      json.writeNumberField("files", pointer.files());
      json.writeNumberField("sourceBytes", pointer.sourceBytes());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeObjectFieldStart("totals");
    json.writeNumberField("revisions", result.revisions().size());
    json.writeNumberField("files", result.revisions().stream().mapToLong(Pointer::files).sum());
    json.writeNumberField(
        "sourceBytes", result.revisions().stream().mapToLong(Pointer::sourceBytes).sum());
    json.writeNumberField("freedBytes", result.freedBytes());
    json.writeNumberField("freedPacks", result.packs());
    json.writeNumberField("keptBytes", result.keptBytes());
    json.writeEndObject();
  }

  private void print(DeleteResult result, PrintWriter out) {
    for (Pointer pointer : result.revisions()) {
      out.println(
          (dryRun ? "would delete " : "deleted ")
              + Table.printable(pointer.model() + "@" + pointer.revision())
              + " ("
              + Format.count(pointer.files(), "file")
              + ", "
              + Format.bytes(pointer.sourceBytes())
              + ")");
    }
    out.println(
        "the next gc "
            + (dryRun ? "would free " : "frees ")
            + Format.bytes(result.freedBytes())
            + " ("
            + Format.count(result.packs(), "pack")
            + ")"
            + (result.keptBytes() == 0
                ? ""
                : "; "
                    + Format.bytes(result.keptBytes())
                    + " of it stay, in packs that other models need"));
  }
}
