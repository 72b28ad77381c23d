package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.zoopress.jobs.compress.Totals;
import dev.zoopress.jobs.evaluate.ReportPlace;
import dev.zoopress.jobs.report.ReportJob;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "report",
    description = {
      "Writes what the store holds, saves and was found to be: report.html for people (one file,",
      "nothing to fetch, no script), report.json, models.csv and runs.csv. Only reads the store."
    })
final class ReportCommand extends BaseCommand {
  @Mixin final StoreOption store = new StoreOption();

  @Option(
      names = "--to",
      required = true,
      paramLabel = "DIR",
      description = "folder for the files, local or a Hadoop URI")
  String target = "";

  @Override
  Outcome run(Invocation invocation) throws IOException {
    ReportJob.Result result =
        new ReportJob(
                invocation.spark(),
                store.store,
                ReportPlace.of(target, invocation.hadoop()),
                Clock.systemUTC())
            .execute();
    return new Outcome(ExitCode.DONE, json -> write(result, json), out -> print(result, out));
  }

  private void write(ReportJob.Result result, JsonGenerator json) throws IOException {
    json.writeStringField("store", store.store);
    json.writeStringField("report", place());
    json.writeArrayFieldStart("models");
    json.writeEndArray();
    Totals totals = result.stats().totals();
    json.writeObjectFieldStart("totals");
    json.writeNumberField("models", totals.models());
    json.writeNumberField("files", totals.files());
    json.writeNumberField("chunks", totals.chunks());
    json.writeNumberField("sourceBytes", totals.sourceBytes());
    json.writeNumberField("storedBytes", totals.storedBytes());
    json.writeNumberField("saved", totals.saved());
    json.writeNumberField("modelsSound", result.soundModels());
    json.writeNumberField("modelsDamaged", result.damagedModels());
    json.writeNumberField("advice", result.advice());
    Shares.write(json, "by", totals.by());
    Shares.write(json, "dtypes", totals.dtypes());
    json.writeEndObject();
  }

  private String place() {
    return target.matches("[A-Za-z][A-Za-z0-9+.-]*:.*")
        ? target + "/report.html"
        : Path.of(target).toAbsolutePath().normalize().resolve("report.html").toUri().toString();
  }

  private void print(ReportJob.Result result, PrintWriter out) {
    Totals totals = result.stats().totals();
    out.println(
        Format.count(totals.models(), "model")
            + ", saved "
            + Format.percent(totals.saved())
            + "; "
            + result.soundModels()
            + " verified in full"
            + (result.damagedModels() > 0 ? ", " + result.damagedModels() + " DAMAGED" : ""));
    out.println("report: " + Table.printable(place()));
  }
}
