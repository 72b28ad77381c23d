package dev.zoopress.jobs.cli;

import static dev.zoopress.jobs.compress.SmallZoo.safetensors;
import static dev.zoopress.jobs.compress.SmallZoo.tensors;
import static dev.zoopress.jobs.compress.SmallZoo.weights;
import static dev.zoopress.jobs.compress.SmallZoo.write;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.zoopress.jobs.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportCommandTest {
  private static final String MARKUP = "<script>alert('1')&\"";
  private static final String FORMULA = "=1+cmd|' calc'!A0";

  @TempDir Path dir;

  private Path zoo;
  private Path store;
  private Path report;

  /** Two models with the same tensor, one with a fine-tune's name, names that bite. */
  @BeforeEach
  void fill() throws IOException {
    TestSpark.session();
    zoo = dir.resolve("zoo");
    store = dir.resolve("store");
    report = dir.resolve("report");
    byte[] shared = weights(1, 30_000);
    write(zoo.resolve("a/model.safetensors"), safetensors(tensors("w", shared)));
    write(zoo.resolve(MARKUP + "/w.safetensors"), safetensors(tensors("w", shared)));
    write(zoo.resolve(FORMULA + "/x.safetensors"), safetensors(tensors("w", weights(2, 30_000))));
    call(0, "compress", zoo, "--store", store, "--effort", "fast");
  }

  private Called call(int code, Object... arguments) {
    Called called = Called.json(arguments);
    assertThat(called.code()).as(called.out() + called.err()).isEqualTo(code);
    return called;
  }

  private JsonNode reported() throws IOException {
    call(0, "report", "--store", store, "--to", report);
    return new ObjectMapper().readTree(report.resolve("report.json").toFile());
  }

  @Test
  void itTellsSizesDuplicatesChecksAndRuns() throws IOException {
    JsonNode before = reported();
    assertThat(before.at("/totals/models").asInt()).isEqualTo(3);
    assertThat(before.at("/totals/modelsSound").asInt()).isZero();
    assertThat(before.path("next").toString()).contains("never verified");

    call(0, "verify", "--store", store, "--full");
    call(0, "verify", "--store", store, "--quick");
    JsonNode after = reported();
    assertThat(after.at("/totals/modelsSound").asInt()).isEqualTo(3);
    assertThat(after.at("/models/0/verified/how").asText()).isEqualTo("full");
    assertThat(after.path("duplicates"))
        .anyMatch(g -> g.path("modelCount").asInt() == 2 && g.path("bytes").asLong() == 120_000);
    assertThat(after.path("growth")).hasSize(1);
    assertThat(after.path("runs"))
        .extracting(r -> r.path("command").asText())
        .containsExactly("verify", "verify", "compress");
    long growth = after.at("/growth/0/storedBytes").asLong();
    assertThat(growth).isEqualTo(after.at("/totals/storedBytes").asLong());
  }

  @Test
  void namesCanNeitherMarkUpNorCalculate() throws IOException {
    reported();
    String page = Files.readString(report.resolve("report.html"));
    assertThat(page)
        .doesNotContain("<script")
        .contains("&lt;script&gt;alert(&#39;1&#39;)&amp;&quot;");
    assertThat(page).doesNotContain("http", "url(", " src=", "@import");
    List<String> rows = Files.readAllLines(report.resolve("models.csv"));
    assertThat(rows).anyMatch(r -> r.startsWith("'=1+cmd"));
    assertThat(rows).anyMatch(r -> r.startsWith("\"<script>alert('1')&\"\"\","));
  }

  @Test
  void damageComesFirst() throws IOException {
    Path pack;
    try (Stream<Path> files = Files.walk(store.resolve("packs"))) {
      pack = files.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(pack);
    bytes[bytes.length / 3] ^= 4;
    Files.delete(pack);
    Files.write(pack, bytes);
    call(4, "verify", "--store", store, "--full");
    JsonNode damaged = reported();
    assertThat(damaged.at("/totals/modelsDamaged").asInt()).isPositive();
    assertThat(damaged.at("/next/0/level").asText()).isEqualTo("problem");
    assertThat(damaged.at("/next/0/command").asText()).contains("--force");
    assertThat(Files.readString(report.resolve("report.html"))).contains("verdict not-equal");
  }
}
