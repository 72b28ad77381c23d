package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.zoopress.jobs.compress.ByteShare;
import dev.zoopress.jobs.compress.Totals;
import dev.zoopress.jobs.inspect.StatsJob;
import dev.zoopress.jobs.inspect.StatsResult;
import dev.zoopress.jobs.inspect.StatsResult.ModelCost;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "stats",
    description = {
      "What the store holds and what it saves. Every byte of the store counts except runs/.",
      "A model's exclusive bytes are those that no other model needs."
    })
final class StatsCommand extends BaseCommand {
  private enum By {
    MODEL,
    DTYPE,
    TECHNIQUE
  }

  @Mixin final StoreOption store = new StoreOption();

  @Option(
      names = "--by",
      paramLabel = "model|dtype|technique",
      description = "print one table only; default: technique and element type")
  private By by;

  @Override
  Outcome run(Invocation invocation) throws IOException {
    StatsResult result = new StatsJob(invocation.spark(), store.store).execute();
    return new Outcome(ExitCode.DONE, json -> write(result, json), out -> print(result, out));
  }

  private void write(StatsResult result, JsonGenerator json) throws IOException {
    json.writeStringField("store", store.store);
    json.writeArrayFieldStart("models");
    for (ModelCost model : result.models()) {
      json.writeStartObject();
      json.writeStringField("model", model.model());
      json.writeStringField("revision", model.revision());
      json.writeStringField("status", "stored");
      json.writeNumberField("files", model.files());
      json.writeNumberField("sourceBytes", model.sourceBytes());
      json.writeNumberField("storedBytes", model.storedBytes());
      json.writeNumberField("exclusiveBytes", model.exclusiveBytes());
      json.writeNumberField("sharedBytes", model.sharedBytes());
      json.writeEndObject();
    }
    json.writeEndArray();
    Totals totals = result.totals();
    json.writeObjectFieldStart("totals");
    json.writeNumberField("models", totals.models());
    json.writeNumberField("files", totals.files());
    json.writeNumberField("chunks", totals.chunks());
    json.writeNumberField("sourceBytes", totals.sourceBytes());
    json.writeNumberField("storedBytes", totals.storedBytes());
    json.writeNumberField("saved", totals.saved());
    json.writeNumberField("runsBytes", result.sizes().bytes("runs"));
    json.writeNumberField("unusedBytes", result.unusedBytes());
    Shares.write(json, "by", totals.by());
    Shares.write(json, "dtypes", totals.dtypes());
    json.writeObjectFieldStart("areas");
    for (Map.Entry<String, dev.zoopress.jobs.inspect.StoreSizes.Area> e :
        result.sizes().areas().entrySet()) {
      json.writeObjectFieldStart(e.getKey());
      json.writeNumberField("objects", e.getValue().objects());
      json.writeNumberField("bytes", e.getValue().bytes());
      json.writeEndObject();
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private void print(StatsResult result, PrintWriter out) {
    Totals totals = result.totals();
    if (by == By.MODEL) {
      Table table = new Table("model", "files", "source", "exclusive", "shared", "stored/source");
      for (ModelCost model : result.models()) {
        table.row(
            model.model(),
            Long.toString(model.files()),
            Format.bytes(model.sourceBytes()),
            Format.bytes(model.exclusiveBytes()),
            Format.bytes(model.sharedBytes()),
            share(model.storedBytes(), model.sourceBytes()));
      }
      table.print(out);
      out.println();
    }
    if (by != By.MODEL && by != By.DTYPE) {
      shares("technique", totals.by(), out);
    }
    if (by != By.MODEL && by != By.TECHNIQUE) {
      shares("type", totals.dtypes(), out);
    }
    out.println(
        Format.count(totals.models(), "model")
            + " ("
            + Format.count(totals.files(), "file")
            + "): "
            + Format.bytes(totals.sourceBytes())
            + " stored in "
            + Format.bytes(totals.storedBytes())
            + ", saved "
            + Format.percent(totals.saved())
            + "; beside it runs/ with "
            + Format.bytes(result.sizes().bytes("runs")));
  }

  private static void shares(String name, Map<String, ByteShare> shares, PrintWriter out) {
    Table table = new Table(name, "source", "stored", "stored/source");
    shares.forEach(
        (key, share) ->
            table.row(
                key,
                Format.bytes(share.bytes()),
                Format.bytes(share.stored()),
                share(share.stored(), share.bytes())));
    table.print(out);
    out.println();
  }

  private static String share(long stored, long source) {
    return source == 0 ? "" : Format.percent((double) stored / source);
  }
}
