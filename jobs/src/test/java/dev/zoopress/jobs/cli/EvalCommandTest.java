package dev.zoopress.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a script sees of an evaluation. */
final class EvalCommandTest {
  private static final Path FIXTURE = Path.of("../eval/src/test/resources/models/sapiens-vh");

  @TempDir Path dir;

  @Test
  void exitCodeSaysTheVerdict() throws IOException {
    Path zoo = dir.resolve("zoo");
    Path model = Files.createDirectories(zoo.resolve("org/antibody"));
    try (Stream<Path> all = Files.list(FIXTURE)) {
      for (Path file : all.toList()) {
        Files.copy(file, model.resolve(file.getFileName().toString()));
      }
    }
    Path store = dir.resolve("store");
    assertThat(Called.json("compress", zoo, "--store", store, "--effort", "fast").code()).isZero();
    Path texts = Files.writeString(dir.resolve("texts"), "EVQLV<mask>SGGGL\n");

    Called equal = eval(store, zoo, texts);
    assertThat(equal.code()).as(equal.err()).isZero();
    assertThat(equal.err()).contains("a process stays below");
    JsonNode document = equal.document();
    assertThat(document.path("schema").asText()).isEqualTo("zoopress/eval/1");
    assertThat(document.at("/models/0/verdict").asText()).isEqualTo("EQUAL");
    assertThat(document.at("/totals/equal").asInt()).isEqualTo(1);

    Called nothing = eval(store, zoo, Files.createFile(dir.resolve("empty")));
    assertThat(nothing.code()).as("INCONCLUSIVE").isEqualTo(1);

    Path weights = model.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 1] ^= 1;
    Files.write(weights, bytes);
    Called different = eval(store, zoo, texts);
    assertThat(different.code()).isEqualTo(4);
    assertThat(different.document().at("/models/0/verdict").asText()).isEqualTo("NOT EQUAL");
  }

  private static Called eval(Path store, Path zoo, Path texts) {
    return Called.json(
        "eval",
        "--store",
        store,
        "--original",
        zoo,
        "--texts",
        texts,
        "--tasks",
        "fill-mask",
        "--controls",
        "off");
  }

  @Test
  void selfTestWithoutTheModelSaysWhatToDownload() {
    Called called = Called.zoopress("eval", "--self-test", dir);
    assertThat(called.code()).isEqualTo(1);
    assertThat(called.out())
        .contains("hf download FacebookAI/roberta-base --local-dir")
        .contains("nothing was checked");
  }

  @Test
  void wrongUsageIsTwo() {
    assertThat(Called.zoopress("eval", "--store", dir).code()).isEqualTo(2);
    Called unknown =
        Called.zoopress("eval", "--store", dir, "--original", dir, "--tasks", "cola,blue");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).contains("'blue' is unknown").contains("mnli-mm");
    assertThat(Called.zoopress("eval", "--store", dir, "--original", dir, "--limit", "0").code())
        .isEqualTo(2);
  }
}
