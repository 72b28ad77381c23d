package dev.zoopress.codec.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.tensor.DType;
import dev.zoopress.codec.view.Rule;
import dev.zoopress.codec.view.View;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ManifestFormatTest {
  private static final String SHA = "ab".repeat(32);

  private static ChunkEntry chunk(Random random, int length) {
    ChunkId id =
        new ChunkId(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
    String pack = String.valueOf((char) ('a' + random.nextInt(6))).repeat(64);
    return new ChunkEntry(id, length, new ChunkLocation(pack, 16, 100, length + 7, 7));
  }

  /** A chunk that stands on others, which stand on others. */
  private static ChunkEntry standing(Random random) {
    Base.Scales scales = new Base.Scales(chunk(random, 100), 4, 3, 7, -5);
    Base lower =
        new Base(
            new View(DType.F32, 3, 7, Rule.CAST, DType.BF16), List.of(chunk(random, 84)), null);
    ChunkEntry middle = chunk(random, 40);
    middle = new ChunkEntry(middle.id(), 20, at(middle, 20).standingOn(lower, 22));
    List<ChunkEntry> chunks = List.of(middle, chunk(random, 80));
    Base upper = new Base(new View(DType.BF16, 0, 0, Rule.AFFINE, DType.I8), chunks, scales);
    ChunkEntry top = chunk(random, 40);
    return new ChunkEntry(top.id(), 5, at(top, 30).standingOn(upper, 20));
  }

  private static ChunkLocation at(ChunkEntry chunk, int rawBytes) {
    return new ChunkLocation(chunk.location().pack(), 16, 100, rawBytes, 0);
  }

  static Manifest sample(long seed) {
    Random random = new Random(seed);
    List<FileEntry> files = new ArrayList<>();
    for (String path : List.of("config.json", "onnx/model.onnx", "zwölf\n中.bin", "empty")) {
      List<SegmentEntry> segments = new ArrayList<>();
      long size = 0;
      for (int i = path.equals("empty") ? 0 : 1 + random.nextInt(4); i > 0; i--) {
        List<ChunkEntry> chunks = List.of(chunk(random, (1 << 24) - 7), standing(random));
        long length = chunks.stream().mapToLong(ChunkEntry::lengthBytes).sum();
        segments.add(new SegmentEntry("w" + i, DType.BF16, List.of(3L, 7L), length, chunks));
        size += length;
      }
      files.add(new FileEntry(path, size, SHA, "", true, "../blobs/x", "onnx", segments));
    }
    Collections.shuffle(files, random);
    return new Manifest(files);
  }

  private static String json() {
    FileEntry file =
        new FileEntry(
            "a/b",
            12,
            SHA,
            "cd".repeat(20),
            false,
            "",
            "opaque",
            List.of(
                new SegmentEntry(
                    "w", DType.F32, List.of(3L), 12, List.of(chunk(new Random(1), 12)))));
    byte[] stored = ManifestFormat.encode(new Manifest(List.of(file)));
    return new String(Zstd.decompress(stored), StandardCharsets.UTF_8);
  }

  private static String jsonWithBases() {
    List<ChunkEntry> chunks = List.of(standing(new Random(3)));
    FileEntry file =
        new FileEntry(
            "a/b",
            5,
            SHA,
            "",
            false,
            "",
            "opaque",
            List.of(new SegmentEntry("w", DType.I8, List.of(5L), 5, chunks)));
    byte[] stored = ManifestFormat.encode(new Manifest(List.of(file)));
    return new String(Zstd.decompress(stored), StandardCharsets.UTF_8);
  }

  private static Manifest decode(String json) throws IOException {
    return ManifestFormat.decode("m", Zstd.compress(json.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void comesBackTheSameWhateverTheOrder() throws Exception {
    for (long seed = 0; seed < 20; seed++) {
      Manifest manifest = sample(seed);
      byte[] stored = ManifestFormat.encode(manifest);
      assertThat(ManifestFormat.decode("m", stored)).as("seed %d", seed).isEqualTo(manifest);
      assertThat(ManifestFormat.encode(ManifestFormat.decode("m", stored))).isEqualTo(stored);
      assertThat(ManifestFormat.id(stored)).hasSize(64);
    }
  }

  @Test
  void goesThroughJavaSerialization() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(sample(1));
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(sample(1));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "../a",
        "a/../b",
        "",
        "a\\\\b",
        "a\\u0000",
        "\\ud800"
      })
  void refusesPathsThatLeaveTheirFolder(String path) throws Exception {
    String json = json();
    assertThat(decode(json).files()).hasSize(1);
    String bad = json.replace("\"path\":\"a/b\"", "\"path\":\"" + path + "\"");
    assertThat(bad).isNotEqualTo(json);
    assertThatThrownBy(() -> decode(bad)).isInstanceOf(CorruptContainerException.class);
  }

  /** Packs are named by id, so none of another prefix can be meant. */
  @ParameterizedTest
  @ValueSource(strings = {"../../other/packs/", "/", "s3a://b/", ""})
  void refusesPacksThatAreNoIds(String prefix) {
    String json = json();
    int at = json.indexOf("\"packs\":[\"") + 10;
    String id = json.substring(at, at + 64);
    String path = prefix.isEmpty() ? id.substring(1) : prefix + id;
    assertThatThrownBy(() -> decode(json.replace(id, path)))
        .isInstanceOf(CorruptContainerException.class)
        .hasMessageContaining("hex digits");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"size\":12|\"size\":13",
        "\"size\":12|\"size\":-12",
        "\"size\":12|\"size\":12.0",
        "\"size\":12|\"size\":123456789012345678901",
        "\"length\":12|\"length\":11",
        "\"length\":12|\"length\":0",
        "\"sha256\":\"ab|\"sha256\":\"AB",
        "\"sha256\":\"ab|\"sha256\":\"zz",
        "\"gitSha1\":\"cd|\"gitSha1\":\"",
        "\"lfs\":false|\"lfs\":0",
        "\"dtype\":\"F32\"|\"dtype\":\"F33\"",
        "\"shape\":[3]|\"shape\":[-3]",
        "\"shape\":[3]|\"shape\":3",
        "\"lfs\":false|\"lfs\":false,\"more\":1",
        ",16,100,19,7]|,16,100,18,7]",
        ",16,100,19,7]|,16,0,19,7]",
        ",16,100,19,7]|,16,100,16777217,7]",
        ",16,100,19,7]|,9223372036854775807,100,19,7]",
        ",16,100,19,7]|,16,100,19,7,8]",
        ",16,100,19,7]|,16,100,19]",
        "zoopress-manifest|other-manifest",
      })
  void refusesWhatDoesNotAddUp(String sound, String broken) {
    String bad = json().replace(sound, broken);
    assertThat(bad).isNotEqualTo(json());
    assertThatThrownBy(() -> decode(bad)).isInstanceOf(CorruptContainerException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"rows\":3,|\"rows\":4,",
        "\"rows\":3,|\"rows\":0,",
        "\"rows\":3,\"columns\":7|\"rows\":7000000000,\"columns\":7",
        "\"rule\":\"CAST\"|\"rule\":\"CUT\"",
        "\"rule\":\"CAST\"|\"rule\":\"SAME\"",
        "\"rule\":\"CAST\"|\"rule\":\"AFFINE\"",
        "\"rule\":\"AFFINE\"|\"rule\":\"CAST\"",
        "\"rule\":\"AFFINE\",\"to\":\"I8\"|\"rule\":\"AFFINE\",\"to\":\"I16\"",
        "],4,3,7,-5]|],97,3,7,-5]",
        "],4,3,7,-5]|],4,25,7,-5]",
        "],4,3,7,-5]|],4,3,0,-5]",
        "],4,3,7,-5]|],4,3,7,-500]",
        "],4,3,7,-5]|],4,3,7]",
        ",16,100,20,0,0,22]|,16,100,20,0,0,23]",
        ",16,100,20,0,0,22]|,16,100,20,0,1,22]",
        ",16,100,20,0,0,22]|,16,100,20,0,0]",
        ",16,100,20,0,0,22]|,16,100,20,0,0,-1]",
        ",16,100,30,0,1,20]|,16,100,30,0,1,21]",
        ",16,100,30,0,1,20]|,16,100,30,0,2,20]",
        ",16,100,30,0,1,20]|,16,100,30,0,-1,20]",
      })
  void refusesBasesThatDoNotAddUp(String sound, String broken) throws Exception {
    assertThat(decode(jsonWithBases()).packs()).hasSizeGreaterThan(1);
    String bad = jsonWithBases().replace(sound, broken);
    assertThat(bad).isNotEqualTo(jsonWithBases());
    assertThatThrownBy(() -> decode(bad)).isInstanceOf(CorruptContainerException.class);
  }

  @Test
  void refusesAThirdDecodeBelowAFrame() {
    Base one = new Base(View.same(DType.I8), List.of(chunk(new Random(1), 8)), null);
    ChunkEntry on = chunk(new Random(2), 8);
    ChunkEntry second = new ChunkEntry(on.id(), 8, at(on, 8).standingOn(one, 0));
    Base two = new Base(View.same(DType.I8), List.of(second), null);
    ChunkEntry third = new ChunkEntry(on.id(), 8, at(on, 8).standingOn(two, 0));
    assertThatThrownBy(() -> new Base(View.same(DType.I8), List.of(third), null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void namesThePacksOfBasesToo() {
    Random random = new Random(5);
    Manifest manifest = sample(5);
    for (FileEntry file : manifest.files()) {
      for (SegmentEntry segment : file.segments()) {
        for (ChunkEntry chunk : segment.chunks()) {
          assertThat(manifest.packs()).contains(chunk.location().pack());
          Base base = chunk.location().base();
          if (base != null) {
            assertThat(manifest.packs()).contains(base.scales().chunk().location().pack());
            Base below = base.chunks().get(0).location().base();
            assertThat(manifest.packs()).contains(below.chunks().get(0).location().pack());
          }
        }
      }
    }
    assertThat(manifest.packs()).doesNotContain(String.valueOf(random.nextInt()));
  }

  @Test
  void refusesNewerVersionsDuplicatesDisorderAndFilesAsFolders() {
    assertThatThrownBy(() -> decode(json().replace("\"version\":1", "\"version\":2")))
        .isInstanceOf(UnsupportedVersionException.class);
    String json = json();
    int from = json.indexOf("{\"path\"");
    String file = json.substring(from, json.length() - 2);
    for (String second : List.of("a/b", "a/a", "a/b/c")) {
      String two = json.replace(file, file + "," + file.replace("\"a/b\"", '"' + second + '"'));
      assertThatThrownBy(() -> decode(two))
          .as(second)
          .isInstanceOf(CorruptContainerException.class);
    }
    assertThatThrownBy(() -> decode(json + " {}")).isInstanceOf(CorruptContainerException.class);
  }

  @Test
  void everyTruncationAndFlipIsRefusedOrHarmless() throws Exception {
    byte[] stored = ManifestFormat.encode(decode(json()));
    for (int length = 0; length < stored.length; length++) {
      byte[] cut = Arrays.copyOf(stored, length);
      assertThatThrownBy(() -> ManifestFormat.decode("m", cut))
          .isInstanceOf(CorruptContainerException.class);
    }
    byte[] text = (jsonWithBases()).getBytes(StandardCharsets.UTF_8);
    for (int bit = 0; bit < text.length * 8; bit++) {
      byte[] flipped = text.clone();
      flipped[bit >>> 3] ^= (byte) (1 << (bit & 7));
      try {
        ManifestFormat.decode("m", Zstd.compress(flipped));
      } catch (CorruptContainerException | UnsupportedVersionException e) {
        assertThat(e.getMessage()).startsWith("m");
      }
    }
  }
}
