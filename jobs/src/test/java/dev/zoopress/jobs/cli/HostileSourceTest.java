package dev.zoopress.jobs.cli;

import static dev.zoopress.jobs.compress.SmallZoo.safetensors;
import static dev.zoopress.jobs.compress.SmallZoo.tensors;
import static dev.zoopress.jobs.compress.SmallZoo.weights;
import static dev.zoopress.jobs.compress.SmallZoo.write;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zoopress.jobs.TestSpark;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One zoo of poisoned models through compress and restore: what breaks its format is kept as opaque
 * bytes with a warning, what cannot be read fails its own model, and everybody else is stored.
 */
final class HostileSourceTest {
  private static final byte[] DATA = weights(7, 64);

  /** A model of one broken file: kept, and the warning names file, byte and reason. */
  record Broken(String model, String file, byte[] bytes, String reason) {
    @Override
    public String toString() {
      return model;
    }
  }

  /** A model that cannot be stored: the error says why and what to do. */
  record Refused(String model, String... says) {
    @Override
    public String toString() {
      return model;
    }
  }

  @TempDir static Path dir;
  private static Path zoo;
  private static Path back;
  private static Called compressed;
  private static JsonNode document;
  private static Called restored;

  static List<Broken> broken() {
    byte[] sound = safetensors(tensors("a", DATA));
    String entry = "{\"dtype\":\"F32\",\"shape\":[64],\"data_offsets\":[0,256]}";
    List<Broken> all = new ArrayList<>();
    all.add(tensor("no-length", Arrays.copyOf(sound, 5), "5 bytes has no header length"));
    all.add(tensor("header-cut", Arrays.copyOf(sound, 30), "exceeds a file of 30 bytes"));
    all.add(tensor("data-cut", Arrays.copyOf(sound, sound.length - 1), "of 255"));
    all.add(tensor("data-more", Arrays.copyOf(sound, sound.length + 1), "1 more bytes follow"));
    all.add(tensor("length-limit", prefix(100_000_001L, sound), "exceeds 100000000"));
    all.add(tensor("length-negative", prefix(-1, sound), "18446744073709551615"));
    all.add(tensor("length-zero", prefix(0, sound), "leaves no room"));
    all.add(tensor("empty", new byte[0], "0 bytes has no header length"));
    all.add(header("overlap", "{\"a\":%s,\"b\":%s}".formatted(entry, entry), "overlap"));
    all.add(header("hole", "{\"a\":" + entry.replace("[0,256]", "[8,264]") + "}", "hole"));
    all.add(header("twice", "{\"a\":%s,\"a\":%s}".formatted(entry, entry), "duplicate key 'a'"));
    all.add(header("key-twice", "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", "duplicate key"));
    all.add(
        header(
            "overflow",
            "{\"a\":" + entry.replace("[64]", "[4294967296,4294967296,4294967296]") + "}",
            "overflows"));
    all.add(header("shape", "{\"a\":" + entry.replace("[64]", "[65]") + "}", "need 260"));
    all.add(header("dtype", "{\"a\":" + entry.replace("F32", "Q7") + "}", "unknown dtype 'Q7'"));
    all.add(
        header("utf-8", "{\"\u00ff\":" + entry + "}", "not UTF-8", StandardCharsets.ISO_8859_1));
    all.add(header("not-json", "{\"a\":" + entry, "not JSON"));
    all.add(header("deep", "{\"a\":{\"x\":" + "[".repeat(5000), "not JSON"));
    all.add(header("metadata", "{\"__metadata__\":{\"a\":1}}", "a string in __metadata__"));
    all.add(new Broken("gguf-cut", "m.gguf", bytes("GGUF\3\0\0\0\1"), "gguf"));
    all.add(new Broken("gguf-version", "m.gguf", bytes("GGUF\u0063" + "\0".repeat(40)), "version"));
    all.add(new Broken("onnx-cut", "m.onnx", bytes("\10\10\72\u007f"), "onnx"));
    all.add(new Broken("zip-cut", "m.bin", bytes("PK\3\4" + "x".repeat(60)), "torch"));
    return all;
  }

  private static byte[] bytes(String latin) {
    return latin.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static Broken tensor(String model, byte[] bytes, String reason) {
    return new Broken("bad/" + model, "model.safetensors", bytes, reason);
  }

  private static Broken header(String model, String json, String reason) {
    return header(model, json, reason, StandardCharsets.UTF_8);
  }

  private static Broken header(
      String model, String json, String reason, java.nio.charset.Charset charset) {
    byte[] text = json.getBytes(charset);
    ByteBuffer file = ByteBuffer.allocate(8 + text.length + DATA.length);
    file.order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).put(text).put(DATA);
    return tensor(model, file.array(), reason);
  }

  private static byte[] prefix(long length, byte[] sound) {
    byte[] bytes = sound.clone();
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
    return bytes;
  }

  static List<Refused> refused() {
    return List.of(
        new Refused("no/pointer", "model.safetensors", "LFS pointer", "git lfs pull"),
        new Refused("no/dangling", "gone.bin", "leads nowhere: nowhere", "repair or remove"),
        new Refused("no/loop", "circle", "remove it"),
        new Refused("no/links-in-circle", "a.bin", "circle", "repair or remove"),
        new Refused("no/out", "passwd", "out of", "/etc/passwd"),
        new Refused("no/utf-8-name", "not valid UTF-8", "UTF-8 locale"),
        new Refused("no/back\\slash", "the model's name holds a backslash", "rename its folder"),
        new Refused("no/backslash", "back\\slash", "backslash", "rename"),
        new Refused("no/pipe", "pipe", "neither file, directory nor link", "remove it"),
        new Refused("no/links-to-links", "more than 10000 links to folders", "remove it"),
        new Refused(
            "\u00fc".repeat(120) + "/" + "\u00fc".repeat(120), "780 bytes when percent-encoded"),
        new Refused("no/nothing", "no files"));
  }

  private static void refusedModels() throws IOException, InterruptedException {
    write(
        zoo.resolve("no/pointer/model.safetensors"),
        "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0".repeat(64) + "\nsize 9\n");
    for (Refused model : refused()) {
      if (!model.model().equals("no/pointer") && !model.model().equals("no/nothing")) {
        write(zoo.resolve(model.model()).resolve("config.json"), "{}");
      }
    }
    Files.createDirectories(zoo.resolve("no/nothing"));
    Files.createSymbolicLink(zoo.resolve("no/dangling/gone.bin"), Path.of("nowhere"));
    Files.createSymbolicLink(zoo.resolve("no/loop/up"), Path.of("."));
    Files.createSymbolicLink(zoo.resolve("no/links-in-circle/a.bin"), Path.of("b.bin"));
    Files.createSymbolicLink(zoo.resolve("no/links-in-circle/b.bin"), Path.of("a.bin"));
    Files.createSymbolicLink(zoo.resolve("no/out/passwd"), Path.of("/etc/passwd"));
    write(zoo.resolve("no/backslash/back\\slash"), "x");
    Path bomb = zoo.resolve("no/links-to-links");
    for (int i = 0; i < 40; i++) {
      Path level = Files.createDirectory(bomb.resolve("level" + i));
      Files.createSymbolicLink(level.resolve("a"), Path.of("../level" + (i + 1)));
      Files.createSymbolicLink(level.resolve("b"), Path.of("../level" + (i + 1)));
    }
    write(bomb.resolve("level40/x"), "x");
    shell("mkfifo pipe/pipe && printf x > \"$(printf 'utf-8-name/\\377\\376.bin')\"");
  }

  private static void shell(String command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("sh", "-c", command)
            .directory(zoo.resolve("no").toFile())
            .inheritIO()
            .start();
    assertThat(process.waitFor()).isZero();
  }

  private static void soundModels() throws IOException {
    write(zoo.resolve("good/plain/config.json"), "{}");
    write(zoo.resolve("good/plain/model.safetensors"), safetensors(tensors("a", weights(1, 9000))));
    write(zoo.resolve("good/empty-file/config.json"), "");
    String tensors =
        "{\"none\":{\"dtype\":\"BF16\",\"shape\":[0,3],\"data_offsets\":[0,0]},"
            + "\"scalar\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]},"
            + "\"nan\":{\"dtype\":\"F32\",\"shape\":[62],\"data_offsets\":[8,256]}}";
    byte[] odd = header("odd", tensors, "").bytes();
    Arrays.fill(odd, odd.length - 248, odd.length, (byte) 0xff);
    write(zoo.resolve("good/odd-tensors/model.safetensors"), odd);
    for (String name : names()) {
      write(zoo.resolve("good/names").resolve(name), "content of " + name);
    }
    write(zoo.resolve("good/names/config.json"), "{}");
  }

  private static List<String> names() {
    return List.of(
        "..hidden",
        "...",
        " ",
        "-rf",
        "a\nb",
        "\u001b[31mred",
        "x".repeat(255),
        "\u00fc\u4e2d\ud83d\ude00.bin",
        "u\u0308",
        "%2e%2e",
        "sub/..sub/d");
  }

  @BeforeAll
  static void run() throws IOException, InterruptedException {
    TestSpark.session();
    zoo = Files.createDirectory(dir.resolve("zoo"));
    back = dir.resolve("back");
    Path store = dir.resolve("store");
    soundModels();
    for (Broken model : broken()) {
      write(zoo.resolve(model.model()).resolve(model.file()), model.bytes());
      write(zoo.resolve(model.model()).resolve("config.json"), "{}");
    }
    refusedModels();
    compressed = Called.json("compress", zoo, "--store", store, "--effort", "fast");
    document = compressed.document();
    restored = Called.json("restore", "--store", store, "--to", back);
  }

  @Test
  void someModelsFailedAndAllOthersAreStored() throws IOException {
    assertThat(compressed.code()).as(compressed.err()).isEqualTo(3);
    assertThat(compressed.err()).doesNotContain("\tat ");
    Map<String, String> status = new TreeMap<>();
    document.path("models").forEach(m -> status.put(m.path("model").asText(), status(m)));
    Map<String, String> expected = new TreeMap<>();
    broken().forEach(m -> expected.put(m.model(), "stored"));
    refused().forEach(m -> expected.put(m.model(), "failed"));
    List.of("plain", "empty-file", "odd-tensors", "names")
        .forEach(m -> expected.put("good/" + m, "stored"));
    assertThat(status).isEqualTo(expected);
    assertThat(restored.code()).as(restored.err()).isZero();
  }

  private static String status(JsonNode model) {
    return model.path("status").asText();
  }

  @ParameterizedTest
  @MethodSource("broken")
  void aBrokenFileIsKeptAsBytesWithAWarning(Broken model) throws IOException {
    String path = model.model() + "/" + model.file();
    assertThat(back.resolve(path)).hasBinaryContent(model.bytes());
    List<String> warnings = new ArrayList<>();
    document.path("warnings").forEach(w -> warnings.add(w.asText()));
    assertThat(warnings)
        .filteredOn(w -> w.contains(path))
        .singleElement()
        .asString()
        .contains("at byte ")
        .contains(model.reason())
        .contains("kept as opaque bytes");
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatCannotBeReadFailsItsModelAlone(Refused model) {
    JsonNode row = null;
    for (JsonNode each : document.path("models")) {
      row = each.path("model").asText().equals(model.model()) ? each : row;
    }
    assertThat(row).isNotNull();
    assertThat(row.path("error").asText()).contains(model.says());
    assertThat(back.resolve(model.model())).doesNotExist();
  }

  /**
   * Files of the kernel say they have 4096 bytes and give less: no right is needed to read them.
   */
  @Test
  void filesThatLieAboutTheirSizeFailTheirModels() throws IOException {
    Path kernel = Path.of("/sys/devices/virtual/net");
    Assumptions.assumeTrue(
        Files.isReadable(kernel.resolve("lo/statistics/rx_bytes")), "SKIPPED, no such files here");
    Called called = Called.json("compress", kernel, "--store", dir.resolve("kernel"));
    assertThat(called.code()).as(called.err()).isEqualTo(3);
    List<String> errors = new ArrayList<>();
    called.document().path("models").forEach(m -> errors.add(m.path("error").asText()));
    assertThat(errors)
        .anyMatch(e -> e.contains("lo/statistics/") && e.contains("became shorter while"));
  }

  @Test
  void aSourceThatIsNoneLeavesNoStoreBehind() throws IOException {
    Path store = dir.resolve("none");
    write(dir.resolve("file"), "x");
    for (Path source : List.of(dir.resolve("nowhere"), dir.resolve("file"))) {
      Called called = Called.zoopress("compress", source, "--store", store);
      assertThat(called.code()).isEqualTo(1);
      assertThat(called.err()).contains(source.toString()).hasLineCount(1);
    }
    assertThat(store).doesNotExist();
    Called itself = Called.zoopress("compress", dir.resolve("store"), "--store", store);
    assertThat(itself.code()).isEqualTo(1);
    assertThat(itself.err()).contains("a store, not a source");
  }

  @Test
  void aStoreInsideItsSourceIsLeftOut() throws IOException {
    Path inside = dir.resolve("inside");
    write(inside.resolve("m/config.json"), "{}");
    for (String store : List.of("store", "m/store")) {
      for (int run = 0; run < 2; run++) {
        Called called = Called.json("compress", inside, "--store", inside.resolve(store));
        assertThat(called.code()).as(called.out()).isZero();
        assertThat(called.document().path("models")).hasSize(1);
        assertThat(called.document().path("models").path(0).path("files").asInt()).isEqualTo(1);
      }
    }
  }

  @Test
  void everyFileOfTheSoundModelsComesBackAndNothingElse() throws IOException {
    Map<String, byte[]> expected = files(zoo);
    expected.keySet().removeIf(p -> p.startsWith("no/") || p.startsWith("\u00fc"));
    Map<String, byte[]> actual = files(back);
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((path, bytes) -> assertThat(actual.get(path)).as(path).isEqualTo(bytes));
    assertThat(actual.keySet()).contains("good/names/a\nb", "good/names/" + "x".repeat(255));
  }

  private static Map<String, byte[]> files(Path root) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          files.put(root.relativize(file).toString(), Files.readAllBytes(file));
        }
      }
    }
    return files;
  }
}
