package dev.zoopress.jobs.cli;

import static dev.zoopress.jobs.compress.SmallZoo.safetensors;
import static dev.zoopress.jobs.compress.SmallZoo.tensors;
import static dev.zoopress.jobs.compress.SmallZoo.weights;
import static dev.zoopress.jobs.compress.SmallZoo.write;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zoopress.jobs.TestSpark;
import dev.zoopress.jobs.index.ChunkTable;
import dev.zoopress.jobs.plan.JsonLines;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoctorCommandTest {
  @TempDir Path dir;
  private Path store;
  private Path zoo;

  /** One tensor that has a hint, and one that is too small for one. */
  @BeforeEach
  void fill() throws IOException {
    TestSpark.session();
    store = dir.resolve("store");
    zoo = dir.resolve("zoo");
    write(
        zoo.resolve("one/model.safetensors"),
        safetensors(tensors("a", weights(1, 40_000), "b", weights(2, 50))));
    compress();
  }

  private JsonNode compress() throws IOException {
    Called called = Called.json("compress", zoo, "--store", store, "--effort", "fast");
    assertThat(called.code()).as(called.err()).isZero();
    return called.document();
  }

  private JsonNode doctor(int code, Object... more) throws IOException {
    List<Object> arguments = new ArrayList<>(List.of("doctor", "--store", store));
    arguments.addAll(List.of(more));
    Called called = Called.json(arguments.toArray());
    assertThat(called.code()).as(called.out() + called.err()).isEqualTo(code);
    return called.document();
  }

  private static JsonNode check(JsonNode document, String name) {
    for (JsonNode check : document.path("checks")) {
      if (check.path("name").asText().equals(name)) {
        return check;
      }
    }
    throw new AssertionError(name + " in " + document);
  }

  private List<Path> below(String folder) throws IOException {
    try (Stream<Path> files = Files.walk(store.resolve(folder))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private long packBytes() throws IOException {
    long sum = 0;
    for (Path pack : below("packs")) {
      sum += Files.size(pack);
    }
    return sum;
  }

  private List<String> rows() throws IOException {
    List<String> rows = new ArrayList<>();
    for (Path file : below("index/chunks")) {
      JsonLines.read(
          file.toString(),
          Files.readAllBytes(file),
          ChunkTable.Row.class,
          row -> rows.add(row.toString()));
    }
    rows.sort(null);
    return rows;
  }

  @Test
  void aSoundStoreIsWellAndStaysAsItIs() throws IOException {
    List<Path> before = below("");
    JsonNode document = doctor(0);
    assertThat(document.at("/totals/problem").asInt()).isZero();
    for (String name : List.of("write", "conditional-create", "clock", "memory", "index")) {
      assertThat(check(document, name).path("level").asText()).as(name).isEqualTo("ok");
    }
    assertThat(check(document, "index").path("message").asText()).contains(" 0 are not");
    assertThat(below("")).isEqualTo(before);
    Called text = Called.zoopress("doctor", "--store", store, "--progress", "none");
    assertThat(text.out()).contains("exactly one won").contains("all is well");
    assertThat(Called.json("doctor", "--store", dir.resolve("none")).code()).isEqualTo(10);
  }

  @Test
  void aLostIndexIsAProblemAndIsRebuiltAsItWas() throws IOException {
    List<String> sound = rows();
    assertThat(sound).isNotEmpty();
    for (Path file : below("index/chunks")) {
      Files.delete(file);
    }
    JsonNode lost = check(doctor(1), "index");
    assertThat(lost.path("level").asText()).isEqualTo("problem");
    assertThat(lost.path("remedy").asText()).contains("--rebuild-index");

    JsonNode rebuilt = doctor(0, "--rebuild-index").path("rebuilt");

    assertThat(rebuilt.path("chunks").asInt()).isEqualTo(sound.size());
    assertThat(rows()).isEqualTo(sound);
    long before = packBytes();
    write(
        zoo.resolve("two/model.safetensors"),
        safetensors(tensors("a", weights(1, 40_000), "b", weights(2, 50))));
    compress();
    // Chunks without a hint are coded before they are known; the tensor of 160 kB is not.
    assertThat(packBytes() - before).isLessThan(5_000);
  }

  @Test
  void tablesThatLackWhatIsPublishedAreNotedAndRebuilt() throws IOException {
    assertThat(check(doctor(0), "tables").path("message").asText()).contains("list 1 of 1");
    for (Path file : below("index/tables")) {
      Files.delete(file);
    }
    JsonNode lost = check(doctor(0), "tables");
    assertThat(lost.path("level").asText()).isEqualTo("note");
    assertThat(lost.path("message").asText()).contains("list 0 of 1");
    doctor(0, "--rebuild-index");
    assertThat(check(doctor(0), "tables").path("level").asText()).isEqualTo("ok");
    Files.delete(below("models").stream().filter(f -> f.endsWith("1.json")).findFirst().get());
    assertThat(check(doctor(0), "tables").path("message").asText()).contains("1 that are not");
  }

  @Test
  void abandonedFilesAreNoted() throws IOException {
    try (ObjectStore objects = Stores.open(store.toString(), new Configuration())) {
      Path left = objects.spoolDirectory().resolve("left.tmp");
      Files.write(left, new byte[100]);
      assertThat(check(doctor(0), "uploads").path("level").asText()).isEqualTo("ok");
      Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    }
    JsonNode uploads = check(doctor(0), "uploads");
    assertThat(uploads.path("level").asText()).isEqualTo("note");
    assertThat(uploads.path("message").asText()).contains("1 unfinished").contains("100 bytes");
  }

  @Test
  void aDamagedRecordOfASourceIsForgottenByARebuild() throws IOException {
    Path record = below("index/sources").get(0);
    byte[] bytes = Files.readAllBytes(record);
    bytes[bytes.length / 2] ^= 1;
    Files.write(record, bytes);
    JsonNode damaged = check(doctor(1), "index-objects");
    assertThat(damaged.path("message").asText()).contains("index/sources/");
    assertThat(doctor(0, "--rebuild-index").at("/rebuilt/sourcesForgotten").asInt()).isEqualTo(1);
    assertThat(compress().at("/totals/modelsFailed").asInt()).isZero();
  }
}
