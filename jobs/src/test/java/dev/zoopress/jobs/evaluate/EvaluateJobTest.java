package dev.zoopress.jobs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.Effort;
import dev.zoopress.eval.compare.Guard;
import dev.zoopress.eval.compare.ModelResult;
import dev.zoopress.eval.compare.ModelResult.Status;
import dev.zoopress.eval.compare.TaskResult;
import dev.zoopress.eval.compare.Verdict;
import dev.zoopress.eval.task.TaskKind;
import dev.zoopress.jobs.TestSpark;
import dev.zoopress.jobs.compress.CompressJob;
import dev.zoopress.jobs.compress.CompressOptions;
import dev.zoopress.jobs.compress.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Source to store to verdict, on the small model that lies beside the eval module's tests. */
class EvaluateJobTest {
  private static final Path FIXTURE = Path.of("../eval/src/test/resources/models/sapiens-vh");

  @TempDir Path dir;

  private Path model(String name) throws IOException {
    Path to = dir.resolve("zoo").resolve(name);
    Files.createDirectories(to);
    try (Stream<Path> all = Files.list(FIXTURE)) {
      for (Path file : all.toList()) {
        Files.copy(file, to.resolve(file.getFileName().toString()));
      }
    }
    return to;
  }

  private void compress() throws IOException {
    CompressOptions options = CompressOptions.of(dir.resolve("zoo").toString(), store());
    new CompressJob(TestSpark.session(), options.withEffort(Effort.FAST), Progress.NONE).execute();
  }

  private String store() {
    return dir.resolve("store").toString();
  }

  private EvaluateOptions options() {
    return EvaluateOptions.of(
        store(), dir.resolve("zoo").toString(), dir.resolve("report").toString());
  }

  private static List<ModelResult> evaluate(EvaluateOptions options) throws IOException {
    List<String> lines = new ArrayList<>();
    EvaluateResult result =
        new EvaluateJob(TestSpark.session(), options, Progress.NONE, lines::add).execute();
    assertThat(lines).first().asString().contains("a process stays below");
    return result.models();
  }

  private static Path damage(Path file, int fromEnd) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - fromEnd] ^= 0x40;
    return Files.write(file, bytes);
  }

  @Test
  void storedModelIsEqualWithoutARestoredFile() throws IOException {
    model("org/antibody");
    compress();

    ModelResult result = evaluate(options()).get(0);

    assertThat(result.reasons()).isEmpty();
    assertThat(result.verdict()).isEqualTo(Verdict.EQUAL);
    assertThat(result.guards()).hasSizeGreaterThanOrEqualTo(6).allMatch(Guard::held);
    assertThat(result.guards()).filteredOn(g -> g.question().contains("process")).hasSize(2);
    assertThat(result.tasks()).filteredOn(TaskResult::wasRun).hasSize(3);
    assertThat(result.storedBytes()).isPositive().isLessThan(result.sourceBytes());
    assertThat(dir.resolve("report/report.json")).isNotEmptyFile();
  }

  @Test
  void eachModelGetsItsOwnFateAndNoneTheOthers() throws IOException {
    model("a/equal");
    Path changed = model("b/changed");
    Path noTokenizer = model("c/notokenizer");
    Files.delete(noTokenizer.resolve("tokenizer.json"));
    Path noConfig = model("d/noconfig");
    Files.delete(noConfig.resolve("config.json"));
    Path shape = model("e/shape");
    Files.writeString(
        shape.resolve("config.json"),
        Files.readString(shape.resolve("config.json"))
            .replaceFirst("\"intermediate_size\": \\d+", "\"intermediate_size\": 96"));
    Path other = model("f/unknown");
    Files.writeString(other.resolve("config.json"), "{\"model_type\": \"gpt2\"}");
    Path empty = model("g/empty");
    Files.write(empty.resolve("model.safetensors"), new byte[0]);
    rename(
        model("i/notensor"),
        "encoder.layer.2.output.dense.bias",
        "encoder.layer.2.output.dense.byes");
    compress();
    damage(changed.resolve("model.safetensors"), 1);
    model("h/late");

    List<ModelResult> results = evaluate(options().withoutControls());

    assertThat(results).hasSize(9);
    assertThat(results.get(0).verdict()).isEqualTo(Verdict.EQUAL);
    assertThat(results.get(1).verdict()).isEqualTo(Verdict.NOT_EQUAL);
    expect(results.get(2), Status.FAILED, "no tokenizer");
    expect(results.get(3), Status.SKIPPED, "no config.json");
    expect(results.get(4), Status.FAILED, "config.json asks for [96");
    expect(results.get(5), Status.SKIPPED, "'gpt2' is unknown");
    expect(results.get(6), Status.FAILED, "model.safetensors");
    expect(results.get(7), Status.FAILED, "run zoopress compress first");
    expect(results.get(8), Status.FAILED, "layer.2.output.dense.bias is missing");
  }

  /** Both names have the same length, so that everything else stays where it is. */
  private static void rename(Path model, String name, String other) throws IOException {
    Path file = model.resolve("model.safetensors");
    String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertThat(bytes).contains(name);
    Files.writeString(file, bytes.replace(name, other), StandardCharsets.ISO_8859_1);
  }

  @Test
  void labelsMustFitTheTask() throws IOException {
    ClassifierFixture.addHead(model("a/two"), 2, "");
    ClassifierFixture.addHead(model("b/three"), 3, "");
    Path wrongHead = model("c/config");
    ClassifierFixture.addHead(wrongHead, 2, "cola");
    Path config = wrongHead.resolve("config.json");
    Files.writeString(
        config, Files.readString(config).replace("\"num_labels\" : 2", "\"num_labels\" : 5"));
    ClassifierFixture.addHead(model("d/declared"), 3, "cola");
    Path glue = Files.createDirectories(dir.resolve("glue/CoLA"));
    Files.writeString(glue.resolve("dev.tsv"), "x\t1\t\tEVQLVESGGG\nx\t0\t*\tLVQPGGSLRL\nbroken\n");
    compress();

    List<ModelResult> results =
        evaluate(
            options()
                .withoutControls()
                .withTasks(Set.of(TaskKind.COLA))
                .withGlue(dir.resolve("glue").toString()));

    assertThat(results.get(0).verdict()).isEqualTo(Verdict.EQUAL);
    TaskResult task = results.get(0).tasks().get(0);
    assertThat(task.metricsA()).containsKey("matthews_correlation").isEqualTo(task.metricsB());
    assertThat(task.malformedRows()).isEqualTo(1);
    assertThat(task.warnings()).anyMatch(w -> w.contains("not named like GLUE's"));
    expect(results.get(1), Status.SKIPPED, "the model has 3 labels, the task has 2");
    expect(results.get(2), Status.FAILED, "config.json asks for [5, 128]");
    expect(results.get(3), Status.FAILED, "the model has 3 labels, cola has 2");
    ModelResult mixed =
        evaluate(
                options()
                    .withoutControls()
                    .withModels(List.of("d/declared"))
                    .withTasks(Set.of(TaskKind.COLA, TaskKind.FEATURES))
                    .withGlue(dir.resolve("glue").toString()))
            .get(0);
    assertThat(mixed.verdict())
        .as("features alone are not all that was asked")
        .isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(mixed.reasons()).anyMatch(r -> r.contains("3 labels"));
  }

  private static void expect(ModelResult result, Status status, String reason) {
    assertThat(result.verdict()).as(result.model()).isEqualTo(Verdict.NOT_RUN);
    assertThat(result.status()).as(result.model()).isEqualTo(status);
    assertThat(String.join("; ", result.reasons())).as(result.model()).contains(reason);
  }

  /** What was compressed is gone; the stored side is held against a copy from elsewhere. */
  @Test
  void storedSideStandsWhereItsSourceIsGone() throws IOException {
    model("org/antibody");
    compress();
    Path elsewhere = dir.resolve("elsewhere");
    Files.move(dir.resolve("zoo"), elsewhere);
    EvaluateOptions options =
        EvaluateOptions.of(store(), elsewhere.toString(), "").withTasks(Set.of(TaskKind.FEATURES));

    ModelResult result = evaluate(options).get(0);

    assertThat(result.verdict()).as(result.reasons().toString()).isEqualTo(Verdict.EQUAL);
  }

  @Test
  void limitTakesTheFirstExamplesAndTextsOfSixHundredTokensAreCutAndCounted() throws IOException {
    model("org/antibody");
    compress();
    Path texts = dir.resolve("texts");
    Files.writeString(
        texts, "\ufeff" + "EVQLV".repeat(120) + "\n\nEVQ<mask>V\nno mask\nEVQ<mask>L\n");
    EvaluateOptions all =
        options()
            .withoutControls()
            .withTexts(texts.toString())
            .withTasks(Set.of(TaskKind.FEATURES));

    TaskResult task = evaluate(all).get(0).tasks().get(0);
    assertThat(task.examples()).isEqualTo(4);
    assertThat(task.counts().truncated()).isEqualTo(1);
    TaskResult limited = evaluate(all.withLimit(2)).get(0).tasks().get(0);
    assertThat(limited.examples()).isEqualTo(2);
    assertThat(limited.outcomes().get(1).example().text()).isEqualTo("EVQ<mask>V");
    TaskResult masks = evaluate(all.withTasks(Set.of(TaskKind.FILL_MASK))).get(0).tasks().get(0);
    assertThat(masks.examples()).isEqualTo(2);
    assertThat(masks.refused()).hasSize(2).allMatch(r -> r.contains("no mask token"));
  }

  @Test
  void emptyTextsProveNothing() throws IOException {
    model("org/antibody");
    compress();
    Path texts = Files.createFile(dir.resolve("texts"));

    ModelResult result = evaluate(options().withoutControls().withTexts(texts.toString())).get(0);

    assertThat(result.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(result.reasons()).anyMatch(r -> r.contains("no example was run"));
  }

  @Test
  void damagedStoreIsNotEqual() throws IOException {
    model("org/antibody");
    compress();
    Path pack;
    try (Stream<Path> all = Files.walk(dir.resolve("store/packs"))) {
      pack = all.filter(f -> f.toString().endsWith(".zpk")).findFirst().orElseThrow();
    }
    pack.toFile().setWritable(true);
    damage(pack, (int) (Files.size(pack) / 2));

    ModelResult result = evaluate(options()).get(0);

    assertThat(result.verdict()).isEqualTo(Verdict.NOT_EQUAL);
    assertThat(result.reasons().get(0)).contains("damaged");
  }
}
