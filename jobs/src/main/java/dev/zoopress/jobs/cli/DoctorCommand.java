package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.zoopress.jobs.doctor.DoctorJob;
import dev.zoopress.jobs.doctor.DoctorJob.Index;
import dev.zoopress.jobs.doctor.DoctorResult;
import dev.zoopress.jobs.doctor.DoctorResult.Check;
import dev.zoopress.jobs.doctor.DoctorResult.Level;
import dev.zoopress.jobs.doctor.DoctorResult.Rebuilt;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "doctor",
    description = {
      "Checks settings, memory, the store's abilities, runs that stopped, and the index against the",
      "manifests; says what to do. Exits with 1 where something will fail."
    })
final class DoctorCommand extends BaseCommand {
  @Mixin final StoreOption store = new StoreOption();

  @Option(
      names = "--rebuild-index",
      description = "write the index anew from pointers, manifests and packs")
  boolean rebuild;

  @Override
  Outcome run(Invocation invocation) throws IOException {
    DoctorResult result =
        new DoctorJob(invocation.spark(), store.store, rebuild ? Index.REBUILD : Index.CHECK)
            .execute();
    int code = result.ill() ? ExitCode.FAILED : ExitCode.DONE;
    return new Outcome(code, json -> write(result, json), out -> print(result, out));
  }

  private void write(DoctorResult result, JsonGenerator json) throws IOException {
    json.writeStringField("store", store.store);
    json.writeArrayFieldStart("models");
    json.writeEndArray();
    json.writeArrayFieldStart("checks");
    for (Check check : result.checks()) {
      json.writeStartObject();
      json.writeStringField("level", check.level().name().toLowerCase(Locale.ROOT));
      json.writeStringField("name", check.name());
      json.writeStringField("message", check.message());
      json.writeStringField("remedy", check.remedy());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeObjectFieldStart("totals");
    for (Level level : Level.values()) {
      json.writeNumberField(
          level.name().toLowerCase(Locale.ROOT),
          result.checks().stream().filter(c -> c.level() == level).count());
    }
    json.writeEndObject();
    Rebuilt rebuilt = result.rebuilt();
    if (rebuilt != null) {
      json.writeObjectFieldStart("rebuilt");
      json.writeNumberField("models", rebuilt.models());
      json.writeNumberField("files", rebuilt.files());
      json.writeNumberField("chunks", rebuilt.chunks());
      json.writeNumberField("sourcesForgotten", rebuilt.sourcesForgotten());
      json.writeEndObject();
    }
  }

  private static void print(DoctorResult result, PrintWriter out) {
    for (Check check : result.checks()) {
      out.println(
          Table.printable(String.format(Locale.ROOT, "%-7s  %s", check.level(), check.message())));
      if (!check.remedy().isEmpty()) {
        out.println(Table.printable("         -> " + check.remedy()));
      }
    }
    if (result.rebuilt() != null) {
      out.println(
          "the index was rebuilt: "
              + Format.count(result.rebuilt().chunks(), "chunk")
              + " of "
              + Format.count(result.rebuilt().files(), "file")
              + " in "
              + Format.count(result.rebuilt().models(), "model"));
    }
    long problems = result.checks().stream().filter(c -> c.level() == Level.PROBLEM).count();
    out.println(problems == 0 ? "all is well" : Format.count(problems, "problem"));
  }
}
