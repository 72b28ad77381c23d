package dev.zoopress.eval.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.eval.Fixtures;
import dev.zoopress.eval.compare.Unit.Stage;
import dev.zoopress.eval.onnx.SessionSettings;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole comparison of folders: equal, damaged, blind. */
class VerdictTest {
  static final String TEXT =
      "EVQLV<mask>SGGGLVQPGGSLRLSCAASGFNIKDTYIHWVRQAPGKGLEWVARIYPTNGYTRYADSVKG";

  @TempDir Path temporary;

  @AfterEach
  void close() throws IOException {
    SidePool.clear();
  }

  @Test
  void copyIsEqualAndEveryGuardHolds() throws IOException {
    Path copy = Fixtures.copy(Fixtures.sapiens(), temporary.resolve("b"));
    ModelResult result = evaluate(Fixtures.sapiens(), copy, List.of(TEXT), Stage.values());
    assertThat(result.reasons()).isEmpty();
    assertThat(result.verdict()).isEqualTo(Verdict.EQUAL);
    assertThat(result.guards()).hasSizeGreaterThanOrEqualTo(5).allMatch(Guard::held);
    assertThat(result.controls()).hasSize(2).allMatch(NegativeControl::passed);
    assertThat(result.controls().get(0).caughtL2()).isTrue();
  }

  @Test
  void oneFlippedBitIsNotEqual() throws IOException {
    Path copy = Fixtures.copy(Fixtures.sapiens(), temporary.resolve("b"));
    Path weights = copy.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 1] ^= 0x40;
    Files.write(weights, bytes);
    ModelResult result = evaluate(Fixtures.sapiens(), copy, List.of(TEXT));
    assertThat(result.verdict()).isEqualTo(Verdict.NOT_EQUAL);
    assertThat(result.levels().get(0).differing()).isEqualTo(1);
    assertThat(result.levels().get(1).differing()).isEqualTo(2);
    assertThat(result.levels().get(2).differing()).isEqualTo(1);
    assertThat(result.levels().get(3).passed()).isFalse();
  }

  @Test
  void onePlaceTwiceIsInconclusive() throws IOException {
    ModelResult result = evaluate(Fixtures.sapiens(), Fixtures.sapiens(), List.of(TEXT));
    assertThat(result.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(result.reasons()).anyMatch(r -> r.contains("two places"));
  }

  @Test
  void textsWithoutMaskAreRefusedAndProveNothing() throws IOException {
    Path copy = Fixtures.copy(Fixtures.sapiens(), temporary.resolve("b"));
    ModelResult result = evaluate(Fixtures.sapiens(), copy, List.of("EVQLV"));
    assertThat(result.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(result.tasks().get(0).refused()).singleElement().asString().contains("no mask");
  }

  @Test
  void anotherTokenizerIsNoticed() throws IOException {
    Path copy = Fixtures.copy(Fixtures.sapiens(), temporary.resolve("b"));
    Path tokenizer = copy.resolve("tokenizer.json");
    String text = Files.readString(tokenizer);
    String swapped =
        text.replace("\"A\": 4", "\"A\": 99")
            .replace("\"C\": 5", "\"C\": 4")
            .replace("\"A\": 99", "\"A\": 5");
    assertThat(swapped).isNotEqualTo(text);
    Files.writeString(tokenizer, swapped);
    ModelResult result = evaluate(Fixtures.sapiens(), copy, List.of(TEXT));
    assertThat(result.verdict()).isEqualTo(Verdict.NOT_EQUAL);
    assertThat(result.levels().get(2).passed()).isFalse();
    assertThat(result.guards()).anyMatch(g -> !g.held() && g.question().contains("tokenizers"));
  }

  static ModelResult evaluate(Path a, Path b, List<String> texts) throws IOException {
    return evaluate(a, b, texts, Stage.BYTES, Stage.TASK);
  }

  private static ModelResult evaluate(Path a, Path b, List<String> texts, Stage... stages)
      throws IOException {
    List<UnitResult> results = new ArrayList<>();
    for (Stage stage : stages) {
      results.add(UnitRunner.run(unit(stage, a, b, texts)));
    }
    return ModelAssembler.assemble("merck/sapiens-vh", "r", 1, results, Map.of(), Map.of());
  }

  static Unit unit(Stage stage, Path a, Path b, List<String> texts) {
    TaskKind kind = TaskKind.FILL_MASK;
    return new Unit(
        "merck/sapiens-vh",
        stage,
        kind,
        SideSpec.of(FolderOpener.class, a.toString()),
        SideSpec.of(FolderOpener.class, b.toString()),
        new ExampleSet(kind, Fixtures.texts(kind, texts), 0, ""),
        TaskSettings.standard(),
        new SessionSettings(1));
  }
}
