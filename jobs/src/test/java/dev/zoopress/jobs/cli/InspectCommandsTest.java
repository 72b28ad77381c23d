package dev.zoopress.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zoopress.jobs.SmallStore;
import dev.zoopress.jobs.TestSpark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InspectCommandsTest {
  private static final String ONE = "1".repeat(40);
  private static final String TWO = "2".repeat(40);

  @TempDir Path store;

  /** {@code org/a} stands alone; {@code b} and {@code c} are the same. */
  @BeforeEach
  void fill() throws IOException {
    TestSpark.session();
    try (SmallStore small = new SmallStore(store, 1000)) {
      small.add("org/a", ONE, Map.of("x.bin", noise(1, 5000), "note", text("a note")));
      String shared = small.add("b", ONE, Map.of("y.bin", noise(2, 3000)));
      small.publish("c", TWO, small.repository().manifest(shared));
    }
  }

  private static byte[] noise(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private long bytesBelow(String... folders) throws IOException {
    long sum = 0;
    for (String folder : folders) {
      try (Stream<Path> files = Files.walk(store.resolve(folder))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          sum += Files.size(file);
        }
      }
    }
    return sum;
  }

  private JsonNode ok(Object... arguments) throws IOException {
    Called called = Called.json(arguments);
    assertThat(called.code()).as(called.err()).isZero();
    return called.document();
  }

  @Test
  void lsShowsRevisionsAndTheFilesOfOneModel() throws IOException {
    JsonNode all = ok("ls", "--store", store);
    assertThat(all.path("schema").asText()).isEqualTo("zoopress/ls/1");
    assertThat(all.path("models").findValuesAsText("model")).containsExactly("b", "c", "org/a");
    assertThat(all.at("/models/2/refs/0").asText()).isEqualTo("main");
    assertThat(all.at("/models/2/sourceBytes").asLong()).isEqualTo(5006);
    assertThat(all.at("/models/2/storedBytes").asLong()).isBetween(5000L, 5100L);
    JsonNode files = ok("ls", "--store", store, "org/a@1111").path("files");
    assertThat(files.findValuesAsText("path")).containsExactly("note", "x.bin");
    assertThat(files.get(0).path("sha256").asText()).isEqualTo(SmallStore.sha256(text("a note")));
    Called text = Called.zoopress("ls", "--store", store, "org/a");
    assertThat(text.out()).contains("x.bin").contains("org/a@" + ONE);
    Called unknown = Called.json("ls", "--store", store, "org/none");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err()).contains("org/none").contains("zoopress ls");
    assertThat(Called.json("ls", "--store", store.resolve("none")).code()).isEqualTo(10);
  }

  @Test
  void statsCountEveryByteOutsideRunsAndTellExclusiveFromShared() throws IOException {
    Files.write(store.resolve("stray"), new byte[17]);
    JsonNode document = ok("stats", "--store", store);
    JsonNode totals = document.path("totals");
    assertThat(totals.path("storedBytes").asLong()).isEqualTo(bytesBelow("") - bytesBelow("runs"));
    assertThat(totals.path("runsBytes").asLong()).isEqualTo(bytesBelow("runs")).isPositive();
    assertThat(totals.path("models").asLong()).isEqualTo(3);
    assertThat(totals.path("files").asLong()).isEqualTo(4);
    assertThat(totals.path("chunks").asLong()).isEqualTo(12);
    assertThat(totals.path("sourceBytes").asLong()).isEqualTo(5006 + 2 * 3000);
    assertThat(totals.at("/by/duplicates/bytes").asLong()).isEqualTo(3000);
    long bytes = 0;
    long stored = 0;
    for (JsonNode share : totals.path("by")) {
      bytes += share.path("bytes").asLong();
      stored += share.path("stored").asLong();
    }
    assertThat(bytes).isEqualTo(totals.path("sourceBytes").asLong());
    assertThat(stored + totals.path("unusedBytes").asLong()).isEqualTo(bytesBelow("packs"));
    JsonNode models = document.path("models");
    assertThat(models.at("/0/exclusiveBytes").asLong()).isZero();
    assertThat(models.at("/0/sharedBytes").asLong()).isBetween(3000L, 3100L);
    assertThat(models.at("/1/sharedBytes").asLong())
        .isEqualTo(models.at("/0/sharedBytes").asLong());
    assertThat(models.at("/2/exclusiveBytes").asLong()).isBetween(5000L, 5100L);
    assertThat(models.at("/2/sharedBytes").asLong()).isZero();
    Called text = Called.zoopress("stats", "--store", store, "--by", "model");
    assertThat(text.out()).contains("exclusive").contains("org/a").contains("saved");
    assertThat(Called.zoopress("stats", "--store", store, "--by", "size").code()).isEqualTo(2);
  }

  @Test
  void diffTellsFilesApartByTheirDigests() throws IOException {
    assertThat(Called.json("diff", "b", "c", "--store", store).code()).isZero();
    Called called = Called.json("diff", "org/a", "b", "--store", store);
    assertThat(called.code()).isEqualTo(4);
    JsonNode document = called.document();
    assertThat(document.path("exitCode").asInt()).isEqualTo(4);
    assertThat(document.path("files").findValuesAsText("status"))
        .containsExactly("gone", "gone", "added");
    assertThat(document.at("/totals/addedFiles").asInt()).isEqualTo(1);
  }

  @Test
  void deleteFreesWhatNobodyElseNeeds() throws IOException {
    assertThat(Called.json("delete", "b", "--store", store).code()).isEqualTo(2);
    long before = bytesBelow("");
    JsonNode look = ok("delete", "b", "--store", store, "--dry-run");
    assertThat(look.at("/totals/freedPacks").asInt()).isZero();
    assertThat(look.at("/totals/keptBytes").asLong()).isBetween(3000L, 3100L);
    assertThat(bytesBelow("")).isEqualTo(before);
    assertThat(ok("ls", "--store", store).path("models")).hasSize(3);

    ok("delete", "b", "--store", store, "--yes");
    assertThat(ok("ls", "--store", store).path("models").findValuesAsText("model"))
        .containsExactly("c", "org/a");
    assertThat(Called.json("delete", "b", "--store", store, "--yes").code()).isEqualTo(1);

    JsonNode last = ok("delete", "c@2222", "--store", store, "--yes");
    assertThat(last.at("/totals/freedPacks").asInt()).isEqualTo(1);
    assertThat(last.at("/totals/freedBytes").asLong()).isBetween(3000L, 6000L);
    assertThat(last.at("/totals/keptBytes").asLong()).isZero();
  }
}
