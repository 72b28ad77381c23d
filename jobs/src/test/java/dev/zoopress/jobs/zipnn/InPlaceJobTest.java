package dev.zoopress.jobs.zipnn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.tensor.DType;
import dev.zoopress.codec.zipnn.ZipnnSafetensors.Extra;
import dev.zoopress.codec.zipnn.ZipnnStream.Cut;
import dev.zoopress.codec.zipnn.ZipnnTensors.Plain;
import dev.zoopress.jobs.zipnn.Conversion.Direction;
import dev.zoopress.jobs.zipnn.Conversion.Form;
import dev.zoopress.jobs.zipnn.InPlaceJob.Flag;
import dev.zoopress.jobs.zipnn.InPlaceResult.FileResult;
import dev.zoopress.jobs.zipnn.InPlaceResult.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InPlaceJobTest {
  private static final String ONE = "model-00001-of-00002.safetensors";
  private static final String TWO = "model-00002-of-00002.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  @TempDir Path temp;
  private Path snapshot;
  private Path blobs;

  @BeforeEach
  void cache() throws IOException {
    Path model = temp.resolve("models--org--name");
    snapshot = Files.createDirectories(model.resolve("snapshots/" + "c".repeat(40)));
    blobs = Files.createDirectories(model.resolve("blobs"));
    blob(ONE, shard(1));
    blob(TWO, shard(2));
    blob("config.json", "{}".getBytes(StandardCharsets.UTF_8));
    String index = "{\"weight_map\": {\"a\": \"" + ONE + "\", \"" + TWO + "\": \"" + TWO + "\"}}\n";
    blob(INDEX, index.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void cacheThereAndBack() throws IOException {
    List<String> before = content();
    InPlaceResult there = compress(Set.of(Flag.DELETE));
    assertThat(there.files()).extracting(FileResult::status).containsOnly(Status.CONVERTED);
    assertThat(content()).anyMatch(s -> s.startsWith("model-00001-of-00002.znn.safetensors"));
    assertThat(content()).noneMatch(s -> s.startsWith(ONE));
    // Only values name files: a tensor may be called like one.
    assertThat(Files.readString(snapshot.resolve(INDEX)))
        .isEqualTo(
            "{\"weight_map\": {\"a\": \"model-00001-of-00002.znn.safetensors\", \""
                + TWO
                + "\": \"model-00002-of-00002.znn.safetensors\"}}\n");
    everyBlobHoldsWhatItsNameSays(4);

    InPlaceResult back = decompress(Set.of(Flag.DELETE));
    assertThat(back.files()).extracting(FileResult::exact).containsOnly(true);
    assertThat(content()).isEqualTo(before);
    everyBlobHoldsWhatItsNameSays(4);
  }

  @Test
  void withoutDeleteOriginalsAndIndexStay() throws IOException {
    List<String> before = content();
    compress(Set.of());
    assertThat(content()).containsAll(before).hasSize(before.size() + 2);
    InPlaceResult again = compress(Set.of());
    assertThat(again.files()).extracting(FileResult::status).containsOnly(Status.PRESENT);
  }

  @Test
  void stoppedRunsGoOn() throws IOException {
    List<String> before = content();
    compress(Set.of());
    Path left = blobs.resolve(".0123abcd-999999999.zoopress-tmp");
    Files.write(left, new byte[3]);
    Files.write(blobs.resolve(left.getFileName() + ".data"), new byte[3]);
    // As if killed after the index had changed and one original was gone.
    new CachePlace(snapshot)
        .renameInIndex(java.util.Map.of(ONE, "x.znn.safetensors", TWO, "x.znn.safetensors"));
    new CachePlace(snapshot)
        .renameInIndex(
            java.util.Map.of("x.znn.safetensors", "model-00001-of-00002.znn.safetensors"));
    assertThat(compress(Set.of(Flag.DELETE)).files())
        .extracting(FileResult::status)
        .containsOnly(Status.PRESENT);
    everyBlobHoldsWhatItsNameSays(4);
    decompress(Set.of(Flag.DELETE));
    assertThat(content().stream().filter(s -> !s.startsWith(INDEX)))
        .isEqualTo(before.stream().filter(s -> !s.startsWith(INDEX)).toList());
  }

  @Test
  void blobsThatOtherSnapshotsShowStay() throws IOException {
    Path other = Files.createDirectories(snapshot.resolveSibling("d".repeat(40)));
    Files.createSymbolicLink(other.resolve(ONE), Files.readSymbolicLink(snapshot.resolve(ONE)));
    compress(Set.of(Flag.DELETE));
    assertThat(other.resolve(ONE)).exists();
    assertThat(snapshot.resolve(ONE)).doesNotExist();
  }

  @Test
  void oneBadFileDoesNotStopTheOthers() throws IOException {
    Files.delete(snapshot.resolve(ONE));
    blob(ONE, "no safetensors at all".getBytes(StandardCharsets.UTF_8));
    InPlaceResult result = compress(Set.of(Flag.DELETE));
    assertThat(result.files())
        .extracting(FileResult::status)
        .containsExactly(Status.FAILED, Status.CONVERTED);
    assertThat(result.files().get(0).remark()).contains("at byte");
    assertThat(snapshot.resolve(ONE)).exists();
    try (Stream<Path> files = Files.list(blobs)) {
      assertThat(files).noneMatch(f -> f.toString().contains("zoopress-tmp"));
    }
  }

  @Test
  void foreignTargetIsNotOverwritten() throws IOException {
    blob("model-00001-of-00002.znn.safetensors", shard(3));
    assertThat(compress(Set.of(Flag.DELETE)).files().get(0).remark()).contains("--force");
    assertThat(snapshot.resolve(ONE)).exists();
    assertThat(compress(Set.of(Flag.FORCE)).files().get(0).status()).isEqualTo(Status.CONVERTED);
  }

  @Test
  void plainFolderOfWholeFiles() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("plain"));
    byte[] content = shard(4);
    Files.write(folder.resolve("pytorch_model.bin"), content);
    Conversion whole =
        new Conversion(
            Direction.COMPRESS,
            Form.STREAM,
            ".bin",
            DType.BF16,
            Cut.WHOLE,
            Extra.ORIGINAL,
            Plain.KEEP,
            null);
    new InPlaceJob(folder, whole, Set.of(Flag.DELETE)).execute();
    assertThat(folder.resolve("pytorch_model.bin")).doesNotExist();
    new InPlaceJob(folder, decoding(), Set.of(Flag.DELETE)).execute();
    assertThat(folder.resolve("pytorch_model.bin")).hasBinaryContent(content);
    assertThat(folder.resolve("pytorch_model.bin.znn")).doesNotExist();
  }

  private InPlaceResult compress(Set<Flag> flags) throws IOException {
    Conversion tensors =
        new Conversion(
            Direction.COMPRESS,
            Form.TENSORS,
            ".safetensors",
            DType.BF16,
            Cut.WHOLE,
            Extra.ORIGINAL,
            Plain.KEEP,
            null);
    return new InPlaceJob(snapshot, tensors, flags).execute();
  }

  private InPlaceResult decompress(Set<Flag> flags) throws IOException {
    return new InPlaceJob(snapshot, decoding(), flags).execute();
  }

  private static Conversion decoding() {
    return new Conversion(
        Direction.DECOMPRESS,
        Form.TENSORS,
        "",
        DType.BF16,
        Cut.WHOLE,
        Extra.NONE,
        Plain.KEEP,
        null);
  }

  /** Name and digest of every file in the snapshot. */
  private List<String> content() throws IOException {
    try (Stream<Path> files = Files.list(snapshot)) {
      return files.sorted().map(f -> f.getFileName() + " " + Digests.sha256Hex(bytes(f))).toList();
    }
  }

  private void everyBlobHoldsWhatItsNameSays(int count) throws IOException {
    try (Stream<Path> files = Files.list(blobs)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(count);
      for (Path blob : all) {
        assertThat(blob.getFileName().toString()).isIn(names(bytes(blob)));
      }
    }
  }

  private static List<String> names(byte[] content) {
    var git = Digests.gitBlob(content.length);
    git.update(content);
    return List.of(Digests.sha256Hex(content), Digests.hex(git));
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void blob(String name, byte[] content) throws IOException {
    String digest = names(content).get(name.endsWith(".safetensors") ? 0 : 1);
    Files.write(blobs.resolve(digest), content);
    Files.createSymbolicLink(snapshot.resolve(name), Path.of("../../blobs", digest));
  }

  private static byte[] shard(long seed) {
    Random random = new Random(seed);
    String header =
        "{\"w%d\":{\"dtype\":\"F32\",\"shape\":[5000],\"data_offsets\":[0,20000]}}".formatted(seed);
    ByteBuffer file =
        ByteBuffer.allocate(8 + header.length() + 20_000).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(header.length()).put(header.getBytes(StandardCharsets.UTF_8));
    while (file.hasRemaining()) {
      file.putFloat((float) random.nextGaussian());
    }
    return file.array();
  }
}
