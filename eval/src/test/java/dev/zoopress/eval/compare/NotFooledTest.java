package dev.zoopress.eval.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.format.FileFormats;
import dev.zoopress.codec.format.Segment;
import dev.zoopress.eval.Fixtures;
import dev.zoopress.eval.compare.Unit.Stage;
import dev.zoopress.eval.model.FolderFiles;
import dev.zoopress.eval.onnx.SessionSettings;
import dev.zoopress.eval.onnx.TinyOnnx;
import dev.zoopress.eval.task.ExampleSet;
import dev.zoopress.eval.task.TaskKind;
import dev.zoopress.eval.task.TaskSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ways in which a comparison could come out equal although it shows nothing. */
class NotFooledTest {
  @TempDir Path temporary;
  private Path a;
  private Path b;

  @BeforeEach
  void copies() throws IOException {
    a = Fixtures.copy(Fixtures.sapiens(), temporary.resolve("a"));
    b = Fixtures.copy(Fixtures.sapiens(), temporary.resolve("b"));
  }

  @AfterEach
  void close() throws IOException {
    SidePool.clear();
  }

  private static void patch(Path folder, String tensor, int fromByte, int mask) throws IOException {
    Path file = folder.resolve("model.safetensors");
    Segment found = null;
    try (ByteSource source = FolderFiles.of(folder).open("model.safetensors")) {
      for (Segment segment : FileFormats.parse("model.safetensors", source).segments()) {
        found = segment.name().equals(tensor) ? segment : found;
      }
    }
    byte[] bytes = Files.readAllBytes(file);
    for (long at = found.offsetBytes() + fromByte; at < found.endBytes(); at += 4) {
      bytes[(int) at] ^= (byte) mask;
    }
    Files.write(file, bytes);
  }

  @Test
  void linkToTheSameFolderIsOnePlace() throws IOException {
    Path link = Files.createSymbolicLink(temporary.resolve("link"), a);
    ModelResult result = VerdictTest.evaluate(a, link, List.of(VerdictTest.TEXT));
    assertThat(result.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(result.reasons()).anyMatch(r -> r.contains("two places"));
  }

  @Test
  void storedConfigurationIsItsOwn() throws IOException {
    Path config = b.resolve("config.json");
    String text = Files.readString(config);
    String changed = text.replaceFirst("\"layer_norm_eps\": [^,\n]+", "\"layer_norm_eps\": 0.01");
    assertThat(changed).isNotEqualTo(text);
    Files.writeString(config, changed);
    ModelResult result = VerdictTest.evaluate(a, b, List.of(VerdictTest.TEXT));
    assertThat(result.verdict()).isEqualTo(Verdict.NOT_EQUAL);
    assertThat(result.levels().get(1).passed()).as("the weights are the same").isTrue();
    assertThat(result.levels().get(2).passed()).isFalse();
    assertThat(result.guards()).anyMatch(g -> !g.held() && g.question().contains("config.json"));
  }

  @Test
  void noExampleShowsNothing() throws IOException {
    ModelResult result = VerdictTest.evaluate(a, b, List.of());
    assertThat(result.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(result.reasons()).anyMatch(r -> r.contains("no example was run"));
  }

  @Test
  void outputsThatAreNotNumbersShowNothing() throws IOException {
    // All exponent bits of the bias: NaN or infinity on both sides alike.
    for (Path folder : List.of(a, b)) {
      Path file = folder.resolve("model.safetensors");
      byte[] bytes = Files.readAllBytes(file);
      long at;
      try (ByteSource source = FolderFiles.of(folder).open("model.safetensors")) {
        at =
            FileFormats.parse("model.safetensors", source).segments().stream()
                .filter(s -> s.name().equals("lm_head.layer_norm.bias"))
                .findFirst()
                .orElseThrow()
                .offsetBytes();
      }
      bytes[(int) at + 3] = 0x7f;
      bytes[(int) at + 2] = (byte) 0xc0;
      Files.write(file, bytes);
    }
    ModelResult result = VerdictTest.evaluate(a, b, List.of(VerdictTest.TEXT));
    assertThat(result.levels()).allMatch(LevelResult::passed);
    assertThat(result.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(result.reasons()).anyMatch(r -> r.contains("NaN or infinite"));
  }

  @Test
  void textThatIsCutIsCounted() throws IOException {
    String text = "<mask>" + "EVQLVESGGG".repeat(60);
    ModelResult result = VerdictTest.evaluate(a, b, List.of(text));
    TaskResult task = result.tasks().get(0);
    assertThat(task.examples()).isEqualTo(1);
    assertThat(task.counts().truncated()).isEqualTo(1);
    assertThat(task.counts().tokens()).isLessThan(200);
  }

  @Test
  void bitsAreHashedBeforeAnythingIsRounded() throws IOException {
    patch(b, "lm_head.layer_norm.bias", 0, 1);
    ModelResult result = VerdictTest.evaluate(a, b, List.of(VerdictTest.TEXT));
    TaskResult task = result.tasks().get(0);
    assertThat(task.counts().difference().maxAbsolute()).isPositive().isLessThan(1e-5);
    for (int rank = 0; rank < 5; rank++) {
      double scoreA = task.outcomes().get(0).answersA().get(0).scores().get(rank);
      double scoreB = task.outcomes().get(0).answersB().get(0).scores().get(rank);
      assertThat(Math.round(scoreA * 1e4)).isEqualTo(Math.round(scoreB * 1e4));
    }
    assertThat(result.levels().get(2).differing()).isEqualTo(1);
    assertThat(result.levels().get(3).passed()).isFalse();
  }

  @Test
  void originalThatDiffersFromItselfIsInconclusive() throws IOException {
    for (String side : List.of("x", "y")) {
      Files.createDirectories(temporary.resolve(side));
      Files.write(temporary.resolve(side).resolve("noise.onnx"), TinyOnnx.noise());
    }
    List<UnitResult> results = new ArrayList<>();
    for (Stage stage : List.of(Stage.BYTES, Stage.TASK)) {
      results.add(
          UnitRunner.run(
              new Unit(
                  "noise",
                  stage,
                  TaskKind.ONNX,
                  SideSpec.of(FolderOpener.class, temporary.resolve("x").toString()),
                  SideSpec.of(FolderOpener.class, temporary.resolve("y").toString()),
                  new ExampleSet(TaskKind.ONNX, List.of(), 0, ""),
                  TaskSettings.standard(),
                  new SessionSettings(1))));
    }
    ModelResult result = ModelAssembler.assemble("noise", "r", 1, results, Map.of(), Map.of());
    assertThat(result.levels().get(0).passed()).isTrue();
    assertThat(result.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(result.reasons()).anyMatch(r -> r.contains("differs from itself"));
    assertThat(result.facts().get("noise.onnx"))
        .as("initializers of a given graph that nothing computes with are told")
        .isEqualTo("1 initializers, 1 read by no node");
  }

  @Test
  void storedSideStandsWithoutTheOriginal() throws IOException {
    ModelResult before = VerdictTest.evaluate(a, b, List.of(VerdictTest.TEXT));
    Path away = Files.move(a, temporary.resolve("away"));
    Unit unit = VerdictTest.unit(Stage.CONTROLS, a, b, List.of(VerdictTest.TEXT));
    Guard guard =
        ProcessGuard.check(
            "stored", unit.b(), unit, unit.examples().examples(), before.tasks().get(0).outcomes());
    assertThat(guard.held()).as(guard.detail()).isTrue();
    ModelResult other = VerdictTest.evaluate(b, away, List.of("EVQ<mask>V"));
    Guard wrong =
        ProcessGuard.check(
            "stored", unit.b(), unit, unit.examples().examples(), other.tasks().get(0).outcomes());
    assertThat(wrong.held()).as("bits of another text").isFalse();
  }

  @Test
  void untouchedRowsAreCounted() throws IOException {
    ModelResult result = VerdictTest.evaluate(a, b, List.of(VerdictTest.TEXT));
    assertThat(result.facts().get("position embeddings"))
        .contains(" of 146 rows used")
        .contains("rest on L0 and L1");
    assertThat(result.facts().get("word embeddings")).contains(" of 25 rows read as inputs");
  }
}
