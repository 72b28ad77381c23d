package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.zoopress.eval.compare.LevelResult;
import dev.zoopress.eval.compare.ModelResult;
import dev.zoopress.eval.compare.Verdict;
import dev.zoopress.eval.report.ModelJson;
import dev.zoopress.eval.task.TaskKind;
import dev.zoopress.jobs.evaluate.EvaluateJob;
import dev.zoopress.jobs.evaluate.EvaluateOptions;
import dev.zoopress.jobs.evaluate.EvaluateResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "eval",
    description = {
      "Runs original and stored models through the same ONNX graphs and reports whether the",
      "outputs are the same bits. The stored side is decoded from the store; nothing is restored.",
      "Exit codes: 0 all EQUAL, 4 something NOT EQUAL or damaged, 1 INCONCLUSIVE, 3 some models",
      "could not be evaluated."
    })
final class EvalCommand extends BaseCommand {
  private enum Switch {
    ON,
    OFF
  }

  @Parameters(
      arity = "0..*",
      paramLabel = "MODEL[@REV]",
      description = "name or org/name; none: every model of the originals")
  List<String> models = new ArrayList<>();

  @Option(names = "--store", paramLabel = "STORE", description = "local path or Hadoop URI")
  String store = "";

  @Option(
      names = "--original",
      paramLabel = "SOURCE",
      description = "what was compressed: a model directory, a tree org/name, a cache")
  String original = "";

  @Option(
      names = "--tasks",
      paramLabel = "LIST",
      split = ",",
      description = {
        "fill-mask, pseudo-perplexity, features, cola, sst2, mrpc, qqp, stsb, mnli, mnli-mm, qnli,",
        "rte, wnli, advglue; or glue, all. Default: fill-mask,pseudo-perplexity,features, and glue",
        "with --glue. ONNX files are always run."
      })
  List<String> tasks = new ArrayList<>();

  @Option(names = "--glue", paramLabel = "DIR", description = "folder with CoLA/, SST-2/, ...")
  String glue = "";

  @Option(
      names = "--texts",
      paramLabel = "FILE",
      description = "one text a line for fill-mask, pseudo-perplexity and features")
  String texts = "";

  @Option(names = "--limit", paramLabel = "N", description = "examples per task at most")
  int limit = Integer.MAX_VALUE;

  @Option(
      names = "--label-map",
      paramLabel = "FILE",
      description = "JSON: class names of models to GLUE's, flat or by model")
  String labelMap = "";

  @Option(
      names = "--top-k",
      defaultValue = "5",
      description = "answers per mask; default ${DEFAULT-VALUE}")
  int topK;

  @Option(names = "--targets", split = ",", description = "answer masks with these tokens only")
  List<String> targets = new ArrayList<>();

  @Option(
      names = "--batch",
      defaultValue = "8",
      description = "examples per run of a session; default ${DEFAULT-VALUE}")
  int batch;

  @Option(
      names = "--threads",
      defaultValue = "1",
      description = "threads of a session; default ${DEFAULT-VALUE}")
  int threads;

  @Option(
      names = "--controls",
      paramLabel = "on|off",
      defaultValue = "on",
      description = "off leaves out flipped bits and processes of each side's own; default on")
  private Switch controls = Switch.ON;

  @Option(
      names = "--self-test",
      paramLabel = "DIR",
      description = "check known answers of roberta-base in DIR instead; needs no store")
  Path selfTest;

  @Option(names = "--report", paramLabel = "DIR", description = "folder for the reports")
  String report = "";

  @Override
  String statusStore() {
    return store;
  }

  @Override
  Outcome run(Invocation invocation) throws IOException {
    if (selfTest != null) {
      return SelfTestOutcome.of(selfTest);
    }
    if (store.isEmpty() || original.isEmpty()) {
      throw new UsageException("eval needs --store STORE and --original SOURCE");
    }
    if (limit < 1 || topK < 1 || batch < 1 || threads < 1) {
      throw new UsageException("--limit, --top-k, --batch and --threads must be at least 1");
    }
    EvaluateOptions options =
        new EvaluateOptions(
            store,
            original,
            models,
            kinds(),
            glue,
            texts,
            labelMap,
            limit,
            topK,
            targets,
            batch,
            threads,
            controls == Switch.ON,
            report,
            invocation.runId());
    PrintWriter err = spec.commandLine().getErr();
    EvaluateResult result =
        new EvaluateJob(
                invocation.spark(),
                options,
                invocation.progress(),
                line -> {
                  err.println(line);
                  err.flush();
                })
            .execute();
    int code = code(result.models());
    return new Outcome(code, json -> write(result, json), out -> print(result, out));
  }

  private Set<TaskKind> kinds() {
    Set<TaskKind> glueTasks = EnumSet.range(TaskKind.COLA, TaskKind.ADVGLUE);
    EnumSet<TaskKind> kinds = EnumSet.noneOf(TaskKind.class);
    for (String name : tasks) {
      switch (name.strip()) {
        case "" -> {}
        case "glue" -> kinds.addAll(glueTasks);
        case "all" -> kinds.addAll(EnumSet.allOf(TaskKind.class));
        default ->
            kinds.add(
                TaskKind.of(name)
                    .orElseThrow(
                        () ->
                            new UsageException(
                                "--tasks: '" + name + "' is unknown; known: " + known())));
      }
    }
    if (kinds.isEmpty()) {
      kinds.addAll(EvaluateOptions.STANDARD_TASKS);
      if (!glue.isEmpty()) {
        kinds.addAll(glueTasks);
      }
    }
    return kinds;
  }

  private static String known() {
    return Stream.of(TaskKind.values()).map(TaskKind::id).collect(Collectors.joining(", "));
  }

  private static int code(List<ModelResult> models) {
    int code = ExitCode.DONE;
    for (ModelResult model : models) {
      int own =
          switch (model.verdict()) {
            case EQUAL -> ExitCode.DONE;
            case NOT_EQUAL -> ExitCode.NOT_EQUAL;
            case INCONCLUSIVE -> ExitCode.FAILED;
            case NOT_RUN ->
                model.status() == ModelResult.Status.FAILED
                    ? ExitCode.SOME_MODELS_FAILED
                    : ExitCode.DONE;
          };
      code = ExitCode.worse(code, own);
    }
    // Where nothing was compared nothing was shown.
    boolean nothing = models.stream().noneMatch(m -> m.status() == ModelResult.Status.EVALUATED);
    return nothing ? ExitCode.FAILED : code;
  }

  private static void write(EvaluateResult result, JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("models");
    ModelJson writer = new ModelJson(json);
    for (ModelResult model : result.models()) {
      writer.summary(model);
    }
    json.writeEndArray();
    List<ModelResult> models = result.models();
    json.writeObjectFieldStart("totals");
    json.writeNumberField("models", models.size());
    json.writeNumberField("equal", count(models, Verdict.EQUAL));
    json.writeNumberField("notEqual", count(models, Verdict.NOT_EQUAL));
    json.writeNumberField("inconclusive", count(models, Verdict.INCONCLUSIVE));
    json.writeNumberField("skipped", count(models, ModelResult.Status.SKIPPED));
    json.writeNumberField("failed", count(models, ModelResult.Status.FAILED));
    json.writeNumberField("examples", models.stream().mapToLong(ModelResult::examples).sum());
    json.writeNumberField("sourceBytes", models.stream().mapToLong(ModelResult::sourceBytes).sum());
    json.writeNumberField("storedBytes", models.stream().mapToLong(ModelResult::storedBytes).sum());
    json.writeEndObject();
    json.writeArrayFieldStart("notes");
    for (String note : result.notes()) {
      json.writeString(note);
    }
    json.writeEndArray();
    json.writeStringField("report", result.report());
  }

  private static long count(List<ModelResult> models, Verdict verdict) {
    return models.stream().filter(m -> m.verdict() == verdict).count();
  }

  private static long count(List<ModelResult> models, ModelResult.Status status) {
    return models.stream().filter(m -> m.status() == status).count();
  }

  private static void print(EvaluateResult result, PrintWriter out) {
    for (String note : result.notes()) {
      if (!note.equals(result.memory())) {
        out.println("note: " + Table.printable(note));
      }
    }
    Table table = new Table("model", "verdict", "examples", "files", "tensors", "remarks");
    for (ModelResult model : result.models()) {
      table.row(
          model.model(),
          model.verdict().words(),
          Long.toString(model.examples()),
          level(model, 0),
          level(model, 1),
          model.reasons().isEmpty() ? "" : model.reasons().get(0));
    }
    table.print(out);
    List<ModelResult> models = result.models();
    out.println(
        Format.count(models.size(), "model")
            + ": "
            + count(models, Verdict.EQUAL)
            + " EQUAL, "
            + count(models, Verdict.NOT_EQUAL)
            + " NOT EQUAL, "
            + count(models, Verdict.INCONCLUSIVE)
            + " INCONCLUSIVE, "
            + count(models, ModelResult.Status.SKIPPED)
            + " without a task that applies, "
            + count(models, ModelResult.Status.FAILED)
            + " failed");
    if (!result.report().isEmpty()) {
      out.println("report: " + Table.printable(result.report()));
    }
  }

  private static String level(ModelResult model, int index) {
    if (model.levels().size() <= index) {
      return "";
    }
    LevelResult level = model.levels().get(index);
    return level.passed() ? "equal" : level.differing() + " differ";
  }
}
