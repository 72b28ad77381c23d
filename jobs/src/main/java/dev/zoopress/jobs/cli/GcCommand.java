package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.zoopress.jobs.collect.CollectJob;
import dev.zoopress.jobs.collect.CollectOptions;
import dev.zoopress.jobs.collect.CollectOptions.Mode;
import dev.zoopress.jobs.collect.CollectResult;
import dev.zoopress.jobs.collect.CollectResult.Sum;
import dev.zoopress.jobs.collect.CollectResult.Unreachable;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "gc",
    description = {
      "Removes what no published model and no run at work needs. Never waits: one call condemns,",
      "a later one, after the grace period, looks again and removes."
    })
final class GcCommand extends BaseCommand {
  private static final int SHOWN = 20;

  @Mixin final StoreOption store = new StoreOption();

  @Option(
      names = "--grace",
      paramLabel = "DURATION",
      defaultValue = "3d",
      converter = DurationConverter.class,
      description = {
        "how long what is condemned waits for the second look, and how long a run without a sign",
        "of life can be gone on with; PT0S: condemn and remove now; default ${DEFAULT-VALUE}"
      })
  Duration grace = CollectOptions.DEFAULT_GRACE;

  @Option(names = "--dry-run", description = "say what is unreachable; write nothing")
  boolean dryRun;

  @Override
  String statusStore() {
    return dryRun ? "" : store.store;
  }

  @Override
  Outcome run(Invocation invocation) throws IOException {
    CollectOptions options =
        new CollectOptions(
            store.store, grace, dryRun ? Mode.DRY_RUN : Mode.REMOVE, invocation.runId());
    CollectResult result = new CollectJob(invocation.spark(), options).execute();
    return new Outcome(ExitCode.DONE, json -> write(result, json), out -> print(result, out));
  }

  private void write(CollectResult result, JsonGenerator json) throws IOException {
    json.writeStringField("store", store.store);
    json.writeStringField("grace", grace.toString());
    json.writeBooleanField("dryRun", dryRun);
    json.writeArrayFieldStart("models");
    json.writeEndArray();
    json.writeArrayFieldStart("unreachable");
    for (Unreachable object : result.unreachable()) {
      json.writeStartObject();
      json.writeStringField("key", object.key());
      json.writeNumberField("bytes", object.sizeBytes());
      if (object.sinceMillis() > 0) {
        json.writeStringField("since", Instant.ofEpochMilli(object.sinceMillis()).toString());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    write(json, "runsCompleted", result.runsCompleted());
    write(json, "runsDead", result.runsDead());
    json.writeObjectFieldStart("totals");
    json.writeNumberField("unreachable", result.unreachable().size());
    json.writeNumberField("unreachableBytes", result.unreachableBytes());
    write(json, "condemned", result.condemned());
    write(json, "freed", result.freed());
    json.writeNumberField("spared", result.spared());
    write(json, "leftovers", result.leftovers());
    write(json, "runFiles", result.runFiles());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, String name, List<String> values)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, String name, Sum sum) throws IOException {
    json.writeNumberField(name, sum.objects());
    json.writeNumberField(name + "Bytes", sum.sizeBytes());
  }

  private void print(CollectResult result, PrintWriter out) {
    result.runsCompleted().forEach(run -> out.println("completed run " + run));
    for (String run : result.runsDead()) {
      out.println(
          "run "
              + run
              + (dryRun
                  ? " gave no sign of life for the grace period: gc would declare it dead"
                  : " gave no sign of life for the grace period: declared dead"));
    }
    if (dryRun) {
      Table table = new Table("unreachable", "bytes", "condemned");
      for (Unreachable object : result.unreachable().stream().limit(SHOWN).toList()) {
        table.row(
            object.key(),
            Format.bytes(object.sizeBytes()),
            object.sinceMillis() == 0 ? "" : Instant.ofEpochMilli(object.sinceMillis()).toString());
      }
      table.print(out);
      if (result.unreachable().size() > SHOWN) {
        out.println("... and " + (result.unreachable().size() - SHOWN) + " more; --json lists all");
      }
    } else {
      out.println("condemned " + text(result.condemned()));
      out.println(
          "freed "
              + text(result.freed())
              + (result.spared() > 0 ? "; " + result.spared() + " are needed again: spared" : ""));
      if (result.runFiles().objects() > 0) {
        out.println("removed working files of ended runs: " + text(result.runFiles()));
      }
    }
    if (result.leftovers().objects() > 0) {
      out.println(
          (dryRun ? "abandoned" : "removed abandoned")
              + " temporary files and uploads: "
              + text(result.leftovers()));
    }
    out.println(
        result.unreachable().isEmpty()
            ? "nothing unreachable is left"
            : Format.count(result.unreachable().size(), "object")
                + " unreachable, "
                + Format.bytes(result.unreachableBytes())
                + (dryRun ? "" : "; the next gc after the grace period removes them"));
  }

  private static String text(Sum sum) {
    return Format.count(sum.objects(), "object") + ", " + Format.bytes(sum.sizeBytes());
  }
}
