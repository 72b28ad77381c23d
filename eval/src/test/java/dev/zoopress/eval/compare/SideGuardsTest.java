package dev.zoopress.eval.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.eval.Fixtures;
import dev.zoopress.eval.model.FolderFiles;
import dev.zoopress.eval.model.Head;
import dev.zoopress.eval.onnx.SessionSettings;
import dev.zoopress.eval.task.TaskKind;
import dev.zoopress.eval.task.TaskSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A side that is taken for both of them fools no guard. */
class SideGuardsTest {
  @TempDir Path temporary;

  private static Side open(Path folder) throws IOException {
    return Side.open(FolderFiles.of(folder), Head.MASKED_LM, new SessionSettings(1));
  }

  private static List<ExampleOutcome> outcomes(Side a, Side b) throws IOException {
    return new Lockstep(a, b, TaskKind.FILL_MASK, TaskSettings.standard())
        .run(Fixtures.texts(TaskKind.FILL_MASK, List.of(VerdictTest.TEXT)))
        .outcomes();
  }

  @Test
  void sharedSessionTokenizerAndConfigurationAreNoticed() throws IOException {
    try (Side side = open(Fixtures.sapiens())) {
      assertThat(SideGuards.weights(side, side).held()).isFalse();
      assertThat(SideGuards.configuration(side, side).held()).isFalse();
      assertThat(SideGuards.tokenizers(side, side, outcomes(side, side)).held()).isFalse();
    }
    FolderFiles files = FolderFiles.of(Fixtures.sapiens());
    assertThat(SideGuards.places(files, FolderFiles.of(Fixtures.sapiens())).held()).isFalse();
  }

  @Test
  void twoCopiesPass() throws IOException {
    Path copy = Fixtures.copy(Fixtures.sapiens(), temporary.resolve("b"));
    try (Side a = open(Fixtures.sapiens());
        Side b = open(copy)) {
      assertThat(SideGuards.weights(a, b).held()).isTrue();
      assertThat(SideGuards.configuration(a, b).held()).isTrue();
      assertThat(SideGuards.tokenizers(a, b, outcomes(a, b)).held()).isTrue();
    }
    assertThat(SideGuards.places(FolderFiles.of(Fixtures.sapiens()), FolderFiles.of(copy)).held())
        .isTrue();
  }
}
