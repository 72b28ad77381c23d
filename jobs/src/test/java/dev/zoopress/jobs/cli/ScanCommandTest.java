package dev.zoopress.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zoopress.jobs.TestSpark;
import dev.zoopress.jobs.compress.SmallZoo;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScanCommandTest {
  @TempDir Path folder;

  @BeforeAll
  static void session() {
    TestSpark.session();
  }

  private static byte[] file() {
    return SmallZoo.safetensors(
        SmallZoo.tensors("a", SmallZoo.weights(1, 1000), "b", SmallZoo.weights(2, 500)));
  }

  @Test
  void saysWhatATreeHoldsAndWhatIsWrong() throws Exception {
    SmallZoo.write(folder.resolve("org/good/model.safetensors"), file());
    SmallZoo.write(folder.resolve("org/good/config.json"), "{}");
    SmallZoo.write(folder.resolve("org/broken/model.safetensors"), "no such thing");
    String pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 7\n";
    SmallZoo.write(folder.resolve("org/pointer/model.safetensors"), pointer);
    SmallZoo.write(folder.resolve("stray.txt"), "x");

    Called called = Called.json("scan", folder);
    assertThat(called.code()).isEqualTo(3);
    JsonNode document = called.document();
    assertThat(document.get("layout").asText()).isEqualTo("tree");
    JsonNode models = document.get("models");
    assertThat(models)
        .extracting(m -> m.get("model").asText())
        .containsExactly("org/broken", "org/good", "org/pointer");
    assertThat(models)
        .extracting(m -> m.get("status").asText())
        .containsExactly("valid", "valid", "invalid");
    assertThat(models.get(0).at("/warnings/0").asText()).contains("not safetensors");
    assertThat(models.get(1).at("/dtypes/F32/count").asLong()).isEqualTo(2);
    assertThat(models.get(1).at("/dtypes/F32/bytes").asLong()).isEqualTo(6000);
    assertThat(models.get(1).at("/formats/safetensors/count").asLong()).isEqualTo(1);
    assertThat(models.get(2).get("error").asText()).contains("model.safetensors", "git lfs pull");
    assertThat(document.at("/totals/models").asInt()).isEqualTo(3);
    assertThat(document.at("/totals/dtypes/F32/bytes").asLong()).isEqualTo(6000);
    assertThat(document.at("/strays/0").asText()).contains("stray.txt");
    Called text = Called.zoopress("scan", folder);
    assertThat(text.out()).contains("org/good").contains("git lfs pull").contains("stray.txt");
  }

  @Test
  void readsACachesBlobsOnceUnderTheirNames() throws Exception {
    Path model = folder.resolve("models--org--good");
    String commit = "0123456789012345678901234567890123456789";
    SmallZoo.write(model.resolve("blobs/" + "a".repeat(64)), file());
    SmallZoo.write(model.resolve("refs/main"), commit);
    Path link = model.resolve("snapshots/" + commit + "/model.safetensors");
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, Path.of("../../blobs/" + "a".repeat(64)));

    Called called = Called.json("scan", folder);
    assertThat(called.code()).as(called.err()).isZero();
    JsonNode found = called.document().at("/models/0");
    assertThat(called.document().get("layout").asText()).isEqualTo("hf-cache");
    assertThat(found.get("model").asText()).isEqualTo("org/good");
    assertThat(found.at("/revisions/0").asText()).isEqualTo(commit);
    assertThat(found.get("files").asInt()).isEqualTo(1);
    assertThat(found.at("/formats/safetensors/count").asInt()).isEqualTo(1);
  }

  @Test
  void namesASourceThatIsNotThere() {
    Called called = Called.zoopress("scan", folder.resolve("none"));
    assertThat(called.code()).isEqualTo(1);
    assertThat(called.err()).contains("none").doesNotContain("\tat ");
  }
}
