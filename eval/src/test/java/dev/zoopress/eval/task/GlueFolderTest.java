package dev.zoopress.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zoopress.eval.model.UnusableModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Made-up rows in the official layouts. */
class GlueFolderTest {
  @TempDir Path folder;

  private ExampleSet read(TaskKind kind, String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
    return new GlueFolder(folder).read(kind).orElseThrow();
  }

  private static String tabs(int before) {
    return "x\t".repeat(before);
  }

  @Test
  void everyLayoutIsRead() throws IOException {
    String head = "h\n";
    check(read(TaskKind.COLA, "CoLA/dev.tsv", "gj04\t1\t\tHe left.\n"), "He left.", "", 1);
    check(read(TaskKind.SST2, "SST-2/dev.tsv", head + "good \t1\n"), "good ", "", 1);
    check(
        read(TaskKind.MRPC, "MRPC/dev.tsv", "\ufeff" + head + "0\t1\t2\tA \"q\t\"B\n"),
        "A \"q",
        "\"B",
        0);
    check(read(TaskKind.QQP, "QQP/dev.tsv", head + tabs(3) + "A\tB\t1\n"), "A", "B", 1);
    check(read(TaskKind.STSB, "STS-B/dev.tsv", head + tabs(7) + "A\tB\t3.25\n"), "A", "B", 3.25);
    String mnli = head + tabs(8) + "A\tB\t" + tabs(5) + "contradiction\r\n";
    check(read(TaskKind.MNLI, "MNLI/dev_matched.tsv", mnli), "A", "B", 2);
    check(read(TaskKind.MNLI_MM, "MNLI/dev_mismatched.tsv", mnli), "A", "B", 2);
    String qnli = "index\tquestion\tsentence\tlabel\n0\tA\tB\tnot_entailment\n";
    check(read(TaskKind.QNLI, "QNLI/dev.tsv", qnli), "A", "B", 1);
    String rte = "sentence1\tsentence2\tlabel\tidx\nA\tB\t0\t7\n";
    check(read(TaskKind.RTE, "RTE/dev.tsv", rte), "A", "B", 0);
    check(read(TaskKind.WNLI, "WNLI/dev.tsv", head + "0\tA\tB\t1\n"), "A", "B", 1);
    String adversarial =
        "{\"sst2\": [{\"sentence\": \"A\", \"label\": 0, \"idx\": 0}],"
            + " \"qqp\": [{\"question1\": \"A\", \"question2\": \"B\", \"label\": 1}],"
            + " \"what\": [{}]}";
    ExampleSet set = read(TaskKind.ADVGLUE, "AdvGLUE/dev_ann.json", adversarial);
    assertThat(set.examples())
        .extracting(Example::subtask)
        .containsExactly(TaskKind.SST2, TaskKind.QQP);
    assertThat(set.malformedRows()).isEqualTo(1);
  }

  private static void check(ExampleSet set, String text, String other, double label) {
    assertThat(set.malformedRows()).isZero();
    assertThat(set.examples()).hasSize(1);
    Example example = set.examples().get(0);
    assertThat(example.text()).isEqualTo(text);
    assertThat(example.other()).isEqualTo(other);
    assertThat(example.label()).isEqualTo(label);
  }

  @Test
  void rowsThatDoNotFitAreCounted() throws IOException {
    String rows = "h\nfine\t1\nno label\n\nwrong\t7\nword\tx\n\t1\nlast\t0\n";
    ExampleSet set = read(TaskKind.SST2, "SST-2/dev.tsv", rows);
    assertThat(set.examples()).extracting(Example::text).containsExactly("fine", "last");
    assertThat(set.malformedRows()).isEqualTo(5);
    assertThat(read(TaskKind.WNLI, "WNLI/dev.tsv", "").examples()).isEmpty();
    assertThat(new GlueFolder(folder).read(TaskKind.RTE)).isEmpty();
  }

  @Test
  void otherEncodingIsAnErrorThatNamesTheFile() throws IOException {
    Path path = Files.createDirectories(folder.resolve("SST-2")).resolve("dev.tsv");
    Files.write(path, "h\ncaf\u00e9\t1\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> new GlueFolder(folder).read(TaskKind.SST2))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("SST-2/dev.tsv: not UTF-8");
  }
}
