package dev.zoopress.codec.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.Effort;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.SegmentEntry;
import dev.zoopress.codec.tensor.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class FilePackTest {
  @ParameterizedTest
  @EnumSource(Effort.class)
  void comesBackTheSameAndIsTheSameForAnyNumberOfThreads(Effort effort) throws Exception {
    byte[] file = PackSamples.mixed(7);
    byte[] pack = PackSamples.pack("a.safetensors", file, effort, 1);
    assertThat(PackSamples.pack("a.safetensors", file, effort, 3)).isEqualTo(pack);
    assertThat(pack.length).isLessThan(file.length * 9 / 10);
    assertThat(PackSamples.unpack(pack)).isEqualTo(file);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FilePack.unpack(PackSamples.source("pack", pack), out, 3, done -> {});
    assertThat(out.toByteArray()).isEqualTo(file);
  }

  @Test
  void packsFilesOfEverySmallSizeAndAroundTheLimits() throws Exception {
    Random random = new Random(3);
    int[] sizes = {0, 1, 2, 3, 4095, 65535, 65536, 65537, (1 << 24) - 1, 1 << 24, (1 << 24) + 1};
    for (int size : sizes) {
      byte[] file = new byte[size];
      random.nextBytes(file);
      byte[] pack = PackSamples.pack("any.bin", file, Effort.FAST, 2);
      assertThat(pack.length).as("size %d", size).isLessThan(size + 4096);
      assertThat(Arrays.equals(PackSamples.unpack(pack), file)).as("size %d", size).isTrue();
    }
  }

  @Test
  void storesEqualChunksOnce() throws Exception {
    Random random = new Random(5);
    PackSamples.Tensor one = PackSamples.noise(random, "one", DType.F32, 256, 512);
    PackSamples.Tensor two = new PackSamples.Tensor("two", DType.F32, 256, 512, one.bytes());
    byte[] file = PackSamples.safetensors(List.of(one, two));
    byte[] pack = PackSamples.pack("a.safetensors", file, Effort.FAST, 2);
    assertThat(pack.length).isLessThan(one.bytes().length + 4096);
    assertThat(PackSamples.unpack(pack)).isEqualTo(file);
  }

  @Test
  void tellsWhatAPackHolds() throws Exception {
    byte[] file = PackSamples.mixed(8);
    byte[] pack = PackSamples.pack("a.safetensors", file, Effort.FAST, 1);
    FilePackInfo info = FilePack.info(PackSamples.source("pack", pack));
    assertThat(info.file().path()).isEqualTo("a.safetensors");
    assertThat(info.file().format()).isEqualTo("safetensors");
    assertThat(info.file().sizeBytes()).isEqualTo(file.length);
    assertThat(info.packBytes()).isEqualTo(pack.length);
    assertThat(info.file().segments()).extracting(SegmentEntry::name).contains("large.BF16");
  }

  @Test
  void writesNewFilesOnlyAndLeavesNothingHalfWritten(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("m.safetensors"), PackSamples.mixed(9));
    Path packed = folder.resolve("m.zpk");
    Path back = folder.resolve("back");
    List<Long> told = new ArrayList<>();
    FilePack.pack(file, packed, Effort.FAST, 2, told::add);
    assertThat(told).isSorted().last().isEqualTo(Files.size(file));
    FilePack.unpack(packed, back, 2, done -> {});
    assertThat(back).hasSameBinaryContentAs(file);
    assertThatThrownBy(() -> FilePack.unpack(packed, back, 1, done -> {}))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> FilePack.pack(folder, back.resolve("x"), Effort.FAST, 1, d -> {}))
        .isInstanceOf(NoSuchFileException.class);
    byte[] damaged = Files.readAllBytes(packed);
    damaged[100_000] ^= 1;
    Path bad = Files.write(folder.resolve("bad.zpk"), damaged);
    assertThatThrownBy(() -> FilePack.unpack(bad, folder.resolve("never"), 2, done -> {}))
        .isInstanceOf(CorruptContainerException.class);
    assertThatThrownBy(() -> FilePack.unpack(file, folder.resolve("never"), 2, done -> {}))
        .isInstanceOf(CorruptContainerException.class);
    try (var all = Files.list(folder)) {
      assertThat(all.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("m.safetensors", "m.zpk", "back", "bad.zpk");
    }
  }

  @Test
  void replacesOnlyWhenTold(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("m.safetensors"), PackSamples.mixed(9));
    Path packed = Files.writeString(folder.resolve("m.zpk"), "mine");
    assertThatThrownBy(() -> FilePack.pack(file, packed, Effort.FAST, 1, d -> {}))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(packed).hasContent("mine");
    FilePack.pack(file, packed, Effort.FAST, 1, d -> {}, StandardCopyOption.REPLACE_EXISTING);
    Path back = Files.writeString(folder.resolve("back"), "mine");
    FilePack.unpack(packed, back, 1, d -> {}, StandardCopyOption.REPLACE_EXISTING);
    assertThat(back).hasSameBinaryContentAs(file);
  }

  @Test
  void whoeverCreatesTheFileMeanwhileKeepsIt(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("m.safetensors"), PackSamples.mixed(9));
    Path packed = folder.resolve("m.zpk");
    assertThatThrownBy(() -> FilePack.pack(file, packed, Effort.FAST, 1, d -> createOnce(packed)))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(packed).hasContent("other");
    try (var all = Files.list(folder)) {
      assertThat(all).hasSize(2);
    }
  }

  private static void createOnce(Path path) {
    try {
      Files.writeString(path, "other");
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void readsTensorsByNameWithoutUnpacking(@TempDir Path folder) throws Exception {
    Random random = new Random(12);
    PackSamples.Tensor one = PackSamples.weights(random, "one", DType.F32, 300, 256);
    PackSamples.Tensor two = PackSamples.weights(random, "two", DType.BF16, 300, 256);
    Path file =
        Files.write(folder.resolve("m.safetensors"), PackSamples.safetensors(List.of(one, two)));
    Path packed = folder.resolve("m.zpk");
    FilePack.pack(file, packed, Effort.BEST, 2, d -> {});
    try (StoredFile stored = FilePack.open(packed)) {
      ByteSource tensor = stored.tensor("two");
      assertThat(tensor.size()).isEqualTo(two.bytes().length);
      byte[] row = new byte[512];
      tensor.readFully(512 * 7, row, 0, 512);
      assertThat(row).isEqualTo(Arrays.copyOfRange(two.bytes(), 512 * 7, 512 * 8));
      assertThatThrownBy(() -> tensor.readFully(tensor.size() - 1, row, 0, 2))
          .isInstanceOf(java.io.EOFException.class)
          .hasMessageContaining("two");
      assertThatThrownBy(() -> stored.tensor("three"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("three");
    }
  }

  @Test
  void readsAnyRangeOfAStoredFile() throws Exception {
    byte[] file = PackSamples.mixed(10);
    byte[] pack = PackSamples.pack("a.safetensors", file, Effort.FAST, 1);
    FileEntry entry = FilePack.info(PackSamples.source("pack", pack)).file();
    for (long cacheBytes : new long[] {0, 1 << 18, 1 << 26}) {
      ChunkCache cache = new ChunkCache(cacheBytes);
      try (StoredFile stored =
          new StoredFile(entry, id -> PackSamples.source("pack", pack), cache)) {
        Random random = new Random(cacheBytes);
        for (int i = 0; i < 300; i++) {
          int from = random.nextInt(file.length + 1);
          int count = random.nextInt(Math.min(file.length - from, 1 << random.nextInt(20)) + 1);
          byte[] target = new byte[count + 10];
          stored.readFully(from, target, 5, count);
          assertThat(Arrays.equals(target, 5, 5 + count, file, from, from + count)).isTrue();
          assertThat(cache.bytes()).isLessThanOrEqualTo(cacheBytes);
        }
        assertThatThrownBy(() -> stored.readFully(file.length, new byte[1], 0, 1))
            .isInstanceOf(java.io.EOFException.class);
      }
    }
  }

  @Test
  void readsAgainWhereABitTurnedOnTheWay() throws Exception {
    byte[] file = PackSamples.mixed(12);
    byte[] pack = PackSamples.pack("a.safetensors", file, Effort.BEST, 1);
    FileEntry entry = FilePack.info(PackSamples.source("pack", pack)).file();
    int[] reads = {0};
    Random random = new Random(4);
    ByteSource sound = PackSamples.source("pack", pack);
    ByteSource turning =
        new ByteSource() {
          @Override
          public String name() {
            return sound.name();
          }

          @Override
          public long size() {
            return sound.size();
          }

          @Override
          public void readFully(long positionBytes, byte[] target, int offset, int length)
              throws IOException {
            sound.readFully(positionBytes, target, offset, length);
            if (reads[0]++ % 40 == 0 && length > 0) {
              target[offset + random.nextInt(length)] ^= (byte) (1 << random.nextInt(8));
            }
          }
        };
    try (StoredFile stored = new StoredFile(entry, id -> turning, new ChunkCache(0))) {
      for (int i = 0; i < 300; i++) {
        int from = random.nextInt(file.length);
        int count = random.nextInt(Math.min(file.length - from, 1 << random.nextInt(20)) + 1);
        byte[] target = new byte[count];
        stored.readFully(from, target, 0, count);
        assertThat(Arrays.equals(target, 0, count, file, from, from + count)).isTrue();
      }
    }
    assertThat(reads[0]).isGreaterThan(200);
  }

  @Test
  void refusesLocationsOutsideThePack() throws Exception {
    byte[] file = PackSamples.mixed(11);
    byte[] pack = PackSamples.pack("a.safetensors", file, Effort.FAST, 1);
    FileEntry entry = FilePack.info(PackSamples.source("pack", pack)).file();
    ChunkEntry last = entry.segments().get(entry.segments().size() - 1).chunks().get(0);
    int end = (int) last.location().frameOffset() + 100;
    try (StoredFile stored =
        new StoredFile(
            entry, id -> PackSamples.source("pack", Arrays.copyOf(pack, end)), new ChunkCache(0))) {
      assertThatThrownBy(() -> stored.readFully(file.length - 5, new byte[5], 0, 5))
          .isInstanceOf(CorruptContainerException.class);
    }
  }
}
