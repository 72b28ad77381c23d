package dev.zoopress.codec.zipnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.format.FileLayout;
import dev.zoopress.codec.format.Segment;
import dev.zoopress.codec.tensor.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What ZipNN files hold, and the files made again of it. */
final class UnfoldedSourceTest {
  private static final Path FOLDER = Path.of("src/test/resources/zipnn");

  @TestFactory
  Stream<DynamicTest> everyGoldenFileComesBack() throws IOException {
    try (Stream<Path> found = Files.list(FOLDER)) {
      List<Path> files =
          found.filter(p -> p.getFileName().toString().contains(".znn")).sorted().toList();
      assertThat(files).hasSizeGreaterThan(25);
      return files.stream()
          .map(p -> DynamicTest.dynamicTest(p.getFileName().toString(), () -> check(p)));
    }
  }

  private static void check(Path path) throws IOException {
    byte[] file = Files.readAllBytes(path);
    String name = path.getFileName().toString();
    UnfoldedSource unfolded = UnfoldedSource.of(new MemorySource(name, file)).orElseThrow();
    assertThat(unfolded.isExact()).isTrue();
    byte[] content = content(unfolded);
    FileLayout layout = unfolded.layout(name);
    assertThat(layout.segments().get(layout.segments().size() - 1).endBytes())
        .isEqualTo(content.length);
    if (name.endsWith(".znn") && !name.contains("delta")) {
      byte[] raw = Files.readAllBytes(FOLDER.resolve(name.replace(".znn", ".raw")));
      assertThat(Arrays.copyOfRange(content, content.length - raw.length, content.length))
          .isEqualTo(raw);
    }
    FoldedSource again = new FoldedSource(name, file.length, new MemorySource("content", content));
    Random random = new Random(file.length);
    for (int i = 0; i < 200; i++) {
      int from = random.nextInt(file.length);
      byte[] part = new byte[random.nextInt(Math.min(5000, file.length - from) + 1)];
      again.readFully(from, part, 0, part.length);
      assertThat(part).isEqualTo(Arrays.copyOfRange(file, from, from + part.length));
    }
  }

  @Test
  void tensorsAreThoseOfThePlainFile() throws IOException {
    for (String name : new String[] {"listed", "unlisted"}) {
      Path path = FOLDER.resolve(name + ".znn.safetensors");
      UnfoldedSource unfolded =
          UnfoldedSource.of(new MemorySource(name, Files.readAllBytes(path))).orElseThrow();
      FileLayout layout = unfolded.layout(name + ".znn.safetensors");
      assertThat(layout.format()).isEqualTo("zipnn+safetensors");
      byte[] plain = Files.readAllBytes(FOLDER.resolve(name + ".safetensors"));
      byte[] content = content(unfolded);
      FileLayout wanted =
          dev.zoopress.codec.format.FileFormats.parse(
              name + ".safetensors", new MemorySource("plain", plain));
      for (Segment tensor : wanted.segments()) {
        if (tensor.name().startsWith("w.")) {
          Segment same =
              layout.segments().stream()
                  .filter(s -> s.name().equals(tensor.name()))
                  .findAny()
                  .get();
          assertThat(same.dtype()).isEqualTo(tensor.dtype());
          assertThat(same.shape()).isEqualTo(tensor.shape());
          assertThat(bytes(content, same)).isEqualTo(bytes(plain, tensor));
        }
      }
    }
  }

  /** A whole file in slices is the container that it was, tensor by tensor. */
  @Test
  void slicesOfAContainerAreThatContainer() throws IOException {
    byte[] plain = Files.readAllBytes(FOLDER.resolve("listed.safetensors"));
    for (ZipnnStream.Cut cut : ZipnnStream.Cut.values()) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ZipnnStream.encode(new MemorySource("plain", plain), out, DType.BF16, cut);
      MemorySource coded = new MemorySource("model.safetensors.znn", out.toByteArray());
      UnfoldedSource unfolded = UnfoldedSource.of(coded).orElseThrow();
      assertThat(unfolded.isExact()).isTrue();
      FileLayout layout = unfolded.layout(coded.name());
      assertThat(layout.format()).isEqualTo("zipnn+safetensors");
      assertThat(layout.segments()).anyMatch(s -> s.name().equals("w.BF16"));
    }
  }

  /** Damage makes a file that is no ZipNN file to us, or one that comes back with its damage. */
  @Test
  void damagedFilesAreKeptAsTheyAre() throws IOException {
    byte[] good = Files.readAllBytes(FOLDER.resolve("listed.znn.safetensors"));
    Random random = new Random(5);
    int kept = 0;
    for (int i = 0; i < 400; i++) {
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      Optional<UnfoldedSource> unfolded = UnfoldedSource.of(new MemorySource("bad", bad));
      if (unfolded.isPresent() && unfolded.get().isExact()) {
        FoldedSource again =
            new FoldedSource("bad", bad.length, new MemorySource("c", content(unfolded.get())));
        byte[] back = new byte[bad.length];
        again.readFully(0, back, 0, back.length);
        assertThat(Arrays.equals(back, bad)).as("case %d", i).isTrue();
        kept++;
      }
    }
    assertThat(kept).isBetween(10, 390);
  }

  @Test
  void plainFilesAreNot() throws IOException {
    byte[] plain = Files.readAllBytes(FOLDER.resolve("listed.safetensors"));
    assertThat(UnfoldedSource.of(new MemorySource("plain", plain))).isEmpty();
    assertThat(UnfoldedSource.of(new MemorySource("empty", new byte[0]))).isEmpty();
    assertThat(
            UnfoldedSource.of(
                new MemorySource(
                    "ZN",
                    "ZN and no more than text, some of it"
                        .getBytes(java.nio.charset.StandardCharsets.US_ASCII))))
        .isEmpty();
  }

  @Test
  void damagedContentIsRefused() throws IOException {
    byte[] file = Files.readAllBytes(FOLDER.resolve("BF16-few.znn"));
    byte[] good = content(UnfoldedSource.of(new MemorySource("f", file)).orElseThrow());
    Random random = new Random(9);
    int refused = 0;
    for (int i = 0; i < 600; i++) {
      byte[] bad = i % 3 == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
      if (i % 3 != 0) {
        bad[random.nextInt(Math.min(bad.length, 150))] ^= (byte) (1 << random.nextInt(8));
      }
      try (FoldedSource again =
          new FoldedSource("f", file.length, new MemorySource("content", bad))) {
        again.readFully(0, new byte[file.length], 0, file.length);
      } catch (CorruptContainerException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(240);
    assertThatThrownBy(
            () -> new FoldedSource("f", file.length + 1L, new MemorySource("content", good)))
        .isInstanceOf(CorruptContainerException.class);
  }

  private static byte[] content(UnfoldedSource unfolded) throws IOException {
    byte[] content = new byte[(int) unfolded.size()];
    unfolded.readFully(0, content, 0, content.length);
    return content;
  }

  private static byte[] bytes(byte[] file, Segment segment) {
    return Arrays.copyOfRange(file, (int) segment.offsetBytes(), (int) segment.endBytes());
  }
}
