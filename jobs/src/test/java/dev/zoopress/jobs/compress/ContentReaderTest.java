package dev.zoopress.jobs.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zoopress.codec.chunk.Chunk;
import dev.zoopress.codec.frame.FrameShape;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.tensor.DType;
import dev.zoopress.jobs.compress.ContentReader.SourceFailure;
import dev.zoopress.jobs.source.Content;
import dev.zoopress.jobs.source.SourceFile;
import dev.zoopress.jobs.source.SourceTree;
import dev.zoopress.jobs.source.Stamp;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentReaderTest {
  private static final int CHUNK = 1 << 24;

  @TempDir Path folder;
  private final byte[] bytes = new byte[2 * CHUNK + (6 << 20)];
  private final List<Chunk> chunks = new ArrayList<>();
  private final List<Chunk> passed = new ArrayList<>();

  /** Long chunks, short ones together, one that is too long for their company. */
  @BeforeEach
  void write() throws IOException {
    new Random(5).nextBytes(bytes);
    Files.write(folder.resolve("model.bin"), bytes);
    long at = 0;
    int[] lengths = {CHUNK, 5, 300_000, 900_000, 1 << 20, 3_000_000, CHUNK - 3, 1, 16, 77};
    for (int i = 0; i < lengths.length; i++) {
      chunks.add(new Chunk(i, at, lengths[i], FrameShape.flat(DType.OPAQUE)));
      at += lengths[i];
    }
    int rest = (int) (bytes.length - at);
    chunks.add(new Chunk(lengths.length, at, rest, FrameShape.flat(DType.OPAQUE)));
  }

  private SourceFile open() throws IOException {
    Path file = folder.resolve("model.bin");
    long modified = Files.getLastModifiedTime(file).to(TimeUnit.NANOSECONDS);
    return SourceTree.open(folder.toString(), new Configuration())
        .open(new Content("model.bin", new Stamp(Files.size(file), modified, ""), ""));
  }

  private void read(ContentReader reader, MessageDigest digest) throws IOException {
    try (SourceFile file = open()) {
      reader.read(
          file,
          chunks.iterator(),
          List.of(digest),
          (chunk, id, buffer, offset) -> {
            int from = (int) chunk.offsetBytes();
            int to = from + chunk.lengthBytes();
            assertThat(Arrays.mismatch(buffer, offset, offset + to - from, bytes, from, to))
                .isEqualTo(-1);
            assertThat(id.bytes()).isEqualTo(Digests.sha256(bytes, from, to - from));
            passed.add(chunk);
          });
    }
  }

  @Test
  void passesChunksInOrderWithTheirBytesAndIds() throws IOException {
    MessageDigest digest = Digests.sha256();
    try (ContentReader reader = new ContentReader(new StageClock())) {
      read(reader, digest);
      assertThat(reader.bytesRead()).isEqualTo(bytes.length);
    }
    assertThat(passed).isEqualTo(chunks);
    assertThat(digest.digest()).isEqualTo(Digests.sha256(bytes, 0, bytes.length));
  }

  @Test
  void aFileThatBecomesShorterIsTheSourcesFault() throws IOException {
    try (ContentReader reader = new ContentReader(new StageClock());
        SourceFile file = open()) {
      try (RandomAccessFile shorter =
          new RandomAccessFile(folder.resolve("model.bin").toFile(), "rw")) {
        shorter.setLength(CHUNK / 2);
      }
      assertThatThrownBy(
              () ->
                  reader.read(
                      file,
                      chunks.iterator(),
                      List.of(),
                      (chunk, id, buffer, offset) -> passed.add(chunk)))
          .isInstanceOf(SourceFailure.class)
          .hasMessageContaining("became shorter");
      assertThat(passed).isEmpty();
      // Half a chunk was hashed: the next file's must not know.
      Files.write(folder.resolve("model.bin"), bytes);
      read(reader, Digests.sha256());
      assertThat(passed).isEqualTo(chunks);
    }
  }

  @Test
  void whatTheCallerThrowsComesOutAndTheReaderGoesOn() throws IOException {
    try (ContentReader reader = new ContentReader(new StageClock())) {
      try (SourceFile file = open()) {
        IOException full = new IOException("disk full");
        assertThatThrownBy(
                () ->
                    reader.read(
                        file,
                        chunks.iterator(),
                        List.of(),
                        (chunk, id, buffer, offset) -> {
                          throw full;
                        }))
            .isSameAs(full);
      }
      read(reader, Digests.sha256());
      assertThat(passed).isEqualTo(chunks);
    }
  }
}
