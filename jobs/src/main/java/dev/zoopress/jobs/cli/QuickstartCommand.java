package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.zoopress.jobs.quickstart.FileComparison;
import dev.zoopress.jobs.quickstart.MavenFetch;
import dev.zoopress.jobs.quickstart.SampleModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code quickstart}: every promise tried on one real model, by the commands themselves. */
@Command(
    name = "quickstart",
    description = {
      "Fetches one small real model from Maven Central (checked by SHA-256), and runs compress,",
      "verify, restore, a comparison of every file and eval on it. Run again, it needs no network."
    })
final class QuickstartCommand extends BaseCommand {
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      defaultValue = "zoopress-quickstart",
      description = "folder for everything; default ${DEFAULT-VALUE}")
  Path dir;

  private final SampleModel model;
  private final List<Step> steps = new ArrayList<>();

  QuickstartCommand() {
    this(SampleModel.MINILM);
  }

  QuickstartCommand(SampleModel model) {
    this.model = model;
  }

  @Override
  Outcome run(Invocation invocation) throws IOException {
    String models = dir.resolve("models").toString();
    String store = dir.resolve("store").toString();
    String restored = dir.resolve("restored").toString();
    String report = dir.resolve("report").toString();
    long start = System.nanoTime();
    String maven = Objects.requireNonNullElse(System.getenv("ZOOPRESS_MVN"), "mvn");
    model.fetch(dir.resolve("models"), new MavenFetch(maven), this::tell);
    tell(
        model.name()
            + ": "
            + Format.bytes(model.sizeBytes())
            + " ("
            + model.licence()
            + "), every file checked by SHA-256");
    // All steps share this session.
    invocation.spark();
    step("compress", models, "--store", store);
    step("verify", "--store", store, "--full", "--against", models);
    step("restore", "--store", store, "--to", restored);
    FileComparison compared =
        FileComparison.of(
            dir.resolve("models").resolve(model.name()),
            dir.resolve("restored").resolve(model.name()));
    if (!compared.different().isEmpty()) {
      throw new CommandException(
          ExitCode.NOT_EQUAL,
          "damaged",
          "restored and original differ: " + String.join(", ", compared.different()),
          null);
    }
    if (model.isOnnx()) {
      step("eval", "--store", store, "--original", models, "--report", report);
    }
    step("report", "--store", store, "--to", dir.resolve("store-report").toString());
    invocation.seconds().put("wall", (System.nanoTime() - start) / 1e9);
    return new Outcome(ExitCode.DONE, json -> write(compared, json), out -> print(compared, out));
  }

  private void tell(String line) {
    if (common.progress != Common.ProgressMode.NONE) {
      PrintWriter err = spec.commandLine().getErr();
      err.println(line);
      err.flush();
    }
  }

  private void step(String... words) throws IOException {
    tell("$ zoopress " + String.join(" ", words));
    steps.add(Step.run(common, spec.commandLine().getErr(), words));
  }

  /** What the step printed; missing where that step was not run. */
  private JsonNode document(String command) {
    return steps.stream()
        .filter(step -> step.words().get(0).equals(command))
        .map(Step::document)
        .findFirst()
        .orElse(MissingNode.getInstance());
  }

  private Path storeReport() {
    return dir.resolve("store-report").toAbsolutePath().normalize().resolve("report.html");
  }

  private Path reportFile() {
    Path folder = dir.resolve("report").toAbsolutePath().normalize();
    Path page = folder.resolve("report.html");
    return Files.exists(page) ? page : folder.resolve("report.json");
  }

  private void write(FileComparison compared, JsonGenerator json) throws IOException {
    json.setCodec(new ObjectMapper());
    json.writeObjectField("models", document("compress").path("models"));
    json.writeObjectField("totals", document("report").path("totals"));
    json.writeNumberField("filesCompared", compared.files());
    json.writeArrayFieldStart("steps");
    for (Step step : steps) {
      json.writeStartObject();
      json.writeStringField("command", String.join(" ", step.words()));
      json.writeNumberField("seconds", Math.round(step.seconds() * 1000) / 1000.0);
      json.writeEndObject();
    }
    json.writeEndArray();
    if (model.isOnnx()) {
      json.writeStringField("report", reportFile().toString());
    }
    json.writeStringField("storeReport", storeReport().toString());
  }

  private void print(FileComparison compared, PrintWriter out) {
    JsonNode totals = document("report").path("totals");
    out.println();
    Table table = new Table("technique", "source", "stored");
    for (Map.Entry<String, JsonNode> e : totals.path("by").properties()) {
      if (e.getValue().path("bytes").asLong() > 0) {
        table.row(
            e.getKey(),
            Format.bytes(e.getValue().path("bytes").asLong()),
            Format.bytes(e.getValue().path("stored").asLong()));
      }
    }
    table.print(out);
    out.println();
    out.println(
        "saved      "
            + Format.bytes(totals.path("sourceBytes").asLong())
            + " became "
            + Format.bytes(totals.path("storedBytes").asLong())
            + ": "
            + Format.percent(totals.path("saved").asDouble()));
    JsonNode verified = document("verify").path("totals");
    out.println(
        "verified   "
            + Format.count(verified.path("chunks").asLong(), "chunk")
            + " decoded, every SHA-256 right, every file equal to the original");
    out.println("restored   " + Format.count(compared.files(), "file") + ", equal byte for byte");
    JsonNode evaluated = document("eval").path("totals");
    if (model.isOnnx()) {
      out.println(
          "evaluated  "
              + Format.count(evaluated.path("examples").asLong(), "example")
              + " through ONNX Runtime, original and stored: the same bits");
      out.println("           " + reportFile().toUri());
    }
    out.println("report     " + storeReport().toUri());
    out.println();
    out.println(
        "One model of ordinary float32 weights is the hard case: 16-bit weights, copies and");
    out.println("fine-tunes save more. Try it on yours; nothing of it is changed:");
    out.println();
    out.println("  bin/zoopress scan     MODELS                                  # what is there");
    out.println("  bin/zoopress compress MODELS --store STORE");
    out.println("  bin/zoopress verify   --store STORE --full --against MODELS");
    out.println(
        "  bin/zoopress serve    --store STORE      # and set HF_ENDPOINT: clients load as usual");
    out.println();
    out.println(
        "MODELS is a model's folder, a tree org/name or a Hugging Face cache; also s3a://...");
    out.println("All of this lies in " + Table.printable(dir.toString()) + "; delete it at will.");
  }
}
