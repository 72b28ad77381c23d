package dev.zoopress.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.jobs.SmallStore;
import dev.zoopress.jobs.TestSpark;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VerifyCommandTest {
  private static final String ONE = "1".repeat(40);
  private static final String TWO = "2".repeat(40);

  @TempDir Path dir;
  private Path store;

  @BeforeEach
  void start() {
    TestSpark.session();
    store = dir.resolve("store");
  }

  private static byte[] noise(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** {@code org/a} stands alone, {@code b} and {@code c} are the same. */
  private void fillByHand() throws IOException {
    try (SmallStore small = new SmallStore(store, 1000)) {
      small.add("org/a", ONE, Map.of("x.bin", noise(1, 5000), "note", noise(3, 10)));
      String shared = small.add("b", ONE, Map.of("y.bin", noise(2, 3000)));
      small.publish("c", TWO, small.repository().manifest(shared));
    }
  }

  private Path zoo() throws IOException {
    Path zoo = dir.resolve("zoo");
    String header = "{\"w\":{\"dtype\":\"F32\",\"shape\":[1000],\"data_offsets\":[0,4000]}}";
    ByteBuffer file = ByteBuffer.allocate(8 + header.length() + 4000);
    file.order(ByteOrder.LITTLE_ENDIAN).putLong(header.length());
    file.put(header.getBytes(StandardCharsets.US_ASCII)).put(noise(4, 4000));
    for (String model : List.of("one", "two")) {
      Path folder = Files.createDirectories(zoo.resolve(model));
      Files.write(folder.resolve("model.safetensors"), file.array());
      Files.writeString(folder.resolve("config.json"), "{\"name\":\"" + model + "\"}");
    }
    return zoo;
  }

  private void compressed() throws IOException {
    Called called = Called.json("compress", zoo(), "--store", store, "--effort", "fast");
    assertThat(called.code()).as(called.err()).isZero();
  }

  private List<Path> objects(String folder) throws IOException {
    try (Stream<Path> files = Files.walk(store.resolve(folder))) {
      List<Path> found = new ArrayList<>(files.filter(Files::isRegularFile).sorted().toList());
      found.removeIf(f -> store.relativize(f).toString().matches("(runs|\\.spool)/.*"));
      return found;
    }
  }

  private Path pack(int index) throws IOException {
    List<Path> packs = objects("packs");
    packs.sort(java.util.Comparator.comparing(VerifyCommandTest::size));
    return packs.get(index);
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void flip(Path file, int at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 0x10;
    Files.write(file, bytes);
  }

  private JsonNode verify(int code, Object... more) throws IOException {
    List<Object> arguments = new ArrayList<>(List.of("verify", "--store", store));
    arguments.addAll(List.of(more));
    Called called = Called.json(arguments.toArray());
    assertThat(called.code()).as(called.out() + called.err()).isEqualTo(code);
    return called.document();
  }

  @Test
  void aSoundStoreIsSoundInEveryDepth() throws IOException {
    Path zoo = zoo();
    compressed();
    JsonNode full = verify(0, "--full", "--against", zoo);
    assertThat(full.at("/totals/models").asInt()).isEqualTo(2);
    // One content of two models is decoded once, their configurations differ.
    assertThat(full.at("/totals/files").asInt()).isEqualTo(3);
    assertThat(full.at("/against/files").asInt()).isEqualTo(4);
    assertThat(full.at("/models/0/status").asText()).isEqualTo("sound");
    assertThat(verify(0, "--quick").at("/totals/chunks").asInt()).isZero();
    assertThat(verify(0, "--sample", "100").at("/totals/chunks").asInt())
        .isEqualTo(full.at("/totals/chunks").asInt());
    JsonNode first = verify(0, "--sample", "50", "--max-duration", "PT0S").path("sample");
    JsonNode second = verify(0, "--sample", "50", "--max-duration", "PT0S").path("sample");
    assertThat(first.path("from").asDouble()).isZero();
    assertThat(first.path("complete").asBoolean()).isFalse();
    assertThat(second.path("from").asDouble()).isEqualTo(first.path("to").asDouble()).isPositive();
    assertThat(verify(0, "one", "--full").path("models")).hasSize(1);
    assertThat(Called.json("verify", "--store", store, "none").code()).isEqualTo(1);
    assertThat(Called.json("verify", "--store", dir.resolve("nowhere")).code()).isEqualTo(10);
    assertThat(Called.json("verify", "--store", store, "--max-duration", "1h").code()).isEqualTo(2);
    assertThat(Called.json("verify", "--store", store, "--quick", "--full").code()).isEqualTo(2);
  }

  @Test
  void aChangedByteInEveryObjectIsReportedForEach() throws IOException {
    compressed();
    List<Path> objects = objects("");
    assertThat(objects).hasSizeGreaterThan(8);
    Random random = new Random(7);
    for (int round = 0; round < 6; round++) {
      List<byte[]> sound = new ArrayList<>();
      for (Path object : objects) {
        byte[] bytes = Files.readAllBytes(object);
        sound.add(bytes.clone());
        int at = round == 0 ? 0 : round == 1 ? bytes.length - 1 : random.nextInt(bytes.length);
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        Files.write(object, bytes);
      }
      List<String> reported = verify(4).path("damage").findValuesAsText("key");
      for (int i = 0; i < objects.size(); i++) {
        String key = store.relativize(objects.get(i)).toString();
        assertThat(reported).as("round " + round).contains(key);
        Files.write(objects.get(i), sound.get(i));
      }
    }
    verify(0);
  }

  @Test
  void damageNamesTheModelsThatNeedIt() throws IOException {
    fillByHand();
    flip(pack(0), 700);
    JsonNode document = verify(4);
    JsonNode finding = document.path("damage").get(0);
    for (JsonNode each : document.path("damage")) {
      finding = each.path("modelCount").asInt() > 0 ? each : finding;
    }
    assertThat(finding.path("models"))
        .extracting(JsonNode::asText)
        .containsExactly("b@" + ONE, "c@" + TWO);
    assertThat(finding.path("fileCount").asInt()).isEqualTo(2);
    assertThat(finding.path("kind").asText()).isEqualTo("damaged");
    assertThat(finding.path("offset").asLong()).isPositive().isLessThanOrEqualTo(1100);
    assertThat(document.path("models").findValuesAsText("status"))
        .containsExactly("damaged", "damaged", "sound");
    Called text = Called.zoopress("verify", "--store", store, "--progress", "none");
    assertThat(text.out())
        .contains("DAMAGED packs/")
        .contains("touches 2 files of b@")
        .contains("--force");
    assertThat(verify(0, "org/a").path("damage")).isEmpty();
    verify(4, "c@2222");
  }

  @Test
  void missingAndShortPacksAreFoundWithoutDecoding() throws IOException {
    fillByHand();
    Path large = pack(1);
    byte[] bytes = Files.readAllBytes(large);
    Files.write(large, java.util.Arrays.copyOf(bytes, 3000));
    JsonNode document = verify(4, "--quick");
    assertThat(document.at("/models/2/status").asText()).isEqualTo("damaged");
    assertThat(document.at("/models/0/status").asText()).isEqualTo("sound");
    Files.delete(large);
    JsonNode missing = verify(4, "--quick").path("damage");
    assertThat(missing).hasSize(1);
    assertThat(missing.get(0).path("kind").asText()).isEqualTo("missing");
    assertThat(missing.get(0).path("models").get(0).asText()).isEqualTo("org/a@" + ONE);
    verify(4, "--sample", "100");
    verify(4, "--full");
  }

  @Test
  void aFileWithTheWrongDigestAndAPackThatNobodyNeedsAreFound() throws IOException {
    String wrong = "0".repeat(64);
    try (SmallStore small = new SmallStore(store, 1000)) {
      String id = small.add("a", ONE, Map.of("x.bin", noise(1, 5000)));
      FileEntry f = small.repository().manifest(id).files().get(0);
      FileEntry lie =
          new FileEntry(f.path(), f.sizeBytes(), wrong, "", f.lfs(), "", f.format(), f.segments());
      small.publish("lie", TWO, new Manifest(List.of(lie)));
    }
    JsonNode document = verify(4);
    assertThat(document.at("/damage/0/reason").asText()).contains("x.bin").contains(wrong);
    assertThat(document.at("/damage/0/models/0").asText()).isEqualTo("lie@" + TWO);
    assertThat(Called.json("delete", "lie", "--store", store, "--yes").code()).isZero();
    assertThat(Called.json("delete", "a", "--store", store, "--yes").code()).isZero();
    flip(pack(0), 2000);
    JsonNode unused = verify(4);
    assertThat(unused.at("/damage")).hasSize(2);
    assertThat(unused.at("/damage/0/modelCount").asInt()).isZero();
  }

  @Test
  void originalsThatDifferAreListed() throws IOException {
    Path zoo = zoo();
    compressed();
    flip(zoo.resolve("one/model.safetensors"), 2000);
    Files.writeString(zoo.resolve("two/new.txt"), "new");
    Files.delete(zoo.resolve("two/config.json"));
    JsonNode against = verify(4, "--quick", "--against", zoo).path("against");
    assertThat(against.path("different").asInt()).isEqualTo(3);
    assertThat(against.path("differences").toString())
        .contains("one/model.safetensors: SHA-256")
        .contains("two/new.txt: not in the store")
        .contains("two/config.json: not in the source");
  }
}
