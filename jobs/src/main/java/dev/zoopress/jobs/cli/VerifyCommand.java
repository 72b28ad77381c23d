package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.zoopress.jobs.verify.Damage;
import dev.zoopress.jobs.verify.VerifyJob;
import dev.zoopress.jobs.verify.VerifyOptions;
import dev.zoopress.jobs.verify.VerifyOptions.Mode;
import dev.zoopress.jobs.verify.VerifyResult;
import dev.zoopress.jobs.verify.VerifyResult.Comparison;
import dev.zoopress.jobs.verify.VerifyResult.Finding;
import dev.zoopress.jobs.verify.VerifyResult.Sample;
import dev.zoopress.jobs.verify.VerifyResult.VerifiedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "verify",
    description = {
      "Checks a store. --full (the default) reads every byte, decodes everything published and",
      "compares every SHA-256. Damage is listed with the models it touches; it exits with 4."
    })
final class VerifyCommand extends BaseCommand {
  @Mixin final StoreOption store = new StoreOption();

  @Parameters(
      arity = "0..*",
      paramLabel = "MODEL[@REV]",
      description = "only these, and the packs they need; default: the whole store")
  List<String> models = new ArrayList<>();

  /** How deep; one of them. */
  static final class Depth {
    @Option(
        names = "--quick",
        description = "only look whether packs are there and as long as they should be")
    boolean quick;

    @Option(
        names = "--sample",
        paramLabel = "PCT",
        description = "quick, and decode this share of the chunks: always the same ones")
    Double samplePercent;

    @Option(names = "--full", description = "everything; the default")
    boolean full;
  }

  @ArgGroup Depth depth = new Depth();

  @Option(
      names = "--max-duration",
      paramLabel = "D",
      converter = DurationConverter.class,
      description = {
        "with --sample: stop after this time, and let the next such call go on there; a weekly",
        "call sees everything in time"
      })
  Duration maxDuration;

  @Option(
      names = "--against",
      paramLabel = "SOURCE",
      description = "read the originals too, and compare the SHA-256 of every file")
  String against = "";

  @Override
  String statusStore() {
    return store.store;
  }

  @Override
  Outcome run(Invocation invocation) throws IOException {
    Mode mode = depth.quick ? Mode.QUICK : depth.samplePercent != null ? Mode.SAMPLE : Mode.FULL;
    if (maxDuration != null && mode != Mode.SAMPLE) {
      throw new UsageException(
          "--max-duration goes with --sample; --sample 100 checks everything, call by call");
    }
    double percent = depth.samplePercent == null ? 0 : depth.samplePercent;
    if (mode == Mode.SAMPLE && !(percent > 0 && percent <= 100)) {
      throw new UsageException("--sample " + percent + ": more than 0, at most 100");
    }
    VerifyOptions options =
        new VerifyOptions(store.store, models, mode, percent, maxDuration, against);
    VerifyResult result =
        new VerifyJob(invocation.spark(), options, invocation.progress()).execute();
    return new Outcome(
        code(result), json -> write(result, mode, json), out -> print(result, mode, out));
  }

  private static int code(VerifyResult result) {
    boolean unreadable =
        result.findings().stream().anyMatch(f -> f.damage().kind() == Damage.Kind.UNREADABLE);
    int code = result.sound() ? ExitCode.DONE : ExitCode.NOT_EQUAL;
    return unreadable ? ExitCode.worse(code, ExitCode.FAILED) : code;
  }

  private void write(VerifyResult result, Mode mode, JsonGenerator json) throws IOException {
    json.writeStringField("store", store.store);
    json.writeStringField("mode", mode.name().toLowerCase(Locale.ROOT));
    json.writeArrayFieldStart("models");
    for (VerifiedModel model : result.models()) {
      json.writeStartObject();
      json.writeStringField("model", model.model());
      json.writeStringField("revision", model.revision());
      json.writeStringField("status", model.damaged() == 0 ? "sound" : "damaged");
      json.writeNumberField("files", model.files());
      json.writeNumberField("sourceBytes", model.sourceBytes());
      if (!model.error().isEmpty()) {
        json.writeStringField("error", model.error());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeObjectFieldStart("totals");
    json.writeNumberField("models", result.models().size());
    json.writeNumberField(
        "modelsDamaged", result.models().stream().filter(m -> m.damaged() > 0).count());
    json.writeNumberField("objects", result.objects());
    json.writeNumberField("files", result.files());
    json.writeNumberField("chunks", result.chunks());
    json.writeNumberField("bytesDecoded", result.bytes());
    json.writeNumberField("damaged", result.findingCount());
    json.writeEndObject();
    json.writeArrayFieldStart("damage");
    for (Finding finding : result.findings()) {
      json.writeStartObject();
      json.writeStringField("key", finding.damage().key());
      json.writeNumberField("offset", finding.damage().offsetBytes());
      json.writeStringField("kind", finding.damage().kind().name().toLowerCase(Locale.ROOT));
      json.writeStringField("reason", finding.damage().reason());
      json.writeNumberField("modelCount", finding.modelCount());
      json.writeNumberField("fileCount", finding.fileCount());
      json.writeArrayFieldStart("models");
      for (String model : finding.models()) {
        json.writeString(model);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    if (result.sample() != null) {
      write(result.sample(), json);
    }
    if (result.comparison() != null) {
      write(result.comparison(), json);
    }
  }

  private static void write(Sample sample, JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("sample");
    json.writeNumberField("from", sample.from());
    json.writeNumberField("to", sample.to());
    json.writeBooleanField("complete", sample.complete());
    json.writeEndObject();
  }

  private static void write(Comparison comparison, JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("against");
    json.writeStringField("source", comparison.source());
    json.writeNumberField("files", comparison.files());
    json.writeNumberField("bytes", comparison.bytes());
    json.writeNumberField("different", comparison.differenceCount());
    json.writeArrayFieldStart("differences");
    for (String difference : comparison.differences()) {
      json.writeString(difference);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void print(VerifyResult result, Mode mode, PrintWriter out) {
    for (Finding finding : result.findings()) {
      Damage damage = finding.damage();
      out.println(
          Table.printable(
              damage.kind()
                  + " "
                  + damage.key()
                  + " at byte "
                  + damage.offsetBytes()
                  + ": "
                  + damage.reason()
                  + "; "
                  + touched(finding)));
    }
    if (result.findingCount() > result.findings().size()) {
      out.println("... and " + (result.findingCount() - result.findings().size()) + " more");
    }
    if (result.comparison() != null) {
      for (String difference : result.comparison().differences()) {
        out.println("DIFFERENT " + Table.printable(difference));
      }
      out.println(
          "compared "
              + Format.count(result.comparison().files(), "file")
              + " ("
              + Format.bytes(result.comparison().bytes())
              + ") with "
              + Table.printable(result.comparison().source())
              + ": "
              + (result.comparison().differenceCount() == 0
                  ? "all the same"
                  : Format.count(result.comparison().differenceCount(), "difference")));
    }
    long damaged = result.models().stream().filter(m -> m.damaged() > 0).count();
    String depth =
        switch (mode) {
          case QUICK -> "sizes and manifests; nothing was decoded";
          case SAMPLE -> "a sample of chunks";
          case FULL -> "every byte, every digest";
        };
    out.println(
        "verified "
            + Format.count(result.models().size(), "revision")
            + " ("
            + depth
            + "): "
            + Format.count(result.files(), "file")
            + ", "
            + Format.count(result.chunks(), "chunk")
            + ", "
            + Format.bytes(result.bytes())
            + " decoded; "
            + (result.findingCount() == 0
                ? "sound"
                : Format.count(result.findingCount(), "finding")
                    + " in "
                    + Format.count(damaged, "revision")
                    + ": compress the originals again with --force, or restore these objects from"
                    + " a copy of the store"));
    if (result.sample() != null && !result.sample().complete()) {
      out.println("time was up; the next call with --max-duration goes on there");
    }
  }

  private static String touched(Finding finding) {
    if (finding.modelCount() == 0) {
      return "no published file needs it";
    }
    String names = String.join(", ", finding.models());
    long more = finding.modelCount() - finding.models().size();
    return "touches "
        + Format.count(finding.fileCount(), "file")
        + " of "
        + names
        + (more > 0 ? " and " + more + " more" : "");
  }
}
