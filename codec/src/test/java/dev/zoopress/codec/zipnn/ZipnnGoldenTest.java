package dev.zoopress.codec.zipnn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.tensor.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Files that zipnn 0.5.4 wrote (zipnn_golden.py) decode to their raw bytes, and our writer makes
 * the same bytes. {@code -Dzoopress.zipnn.cases=DIR} runs the same over a folder of more cases.
 */
final class ZipnnGoldenTest {
  @TestFactory
  Stream<DynamicTest> theSameBytesBothWays() throws IOException {
    Path folder = Path.of(System.getProperty("zoopress.zipnn.cases", "src/test/resources/zipnn"));
    List<Path> files;
    try (Stream<Path> found = Files.list(folder)) {
      files = found.filter(p -> p.toString().endsWith(".znn")).sorted().toList();
    }
    assertThat(files).isNotEmpty();
    return files.stream()
        .map(p -> DynamicTest.dynamicTest(p.getFileName().toString(), () -> check(p)));
  }

  private static void check(Path file) throws IOException {
    byte[] packed = Files.readAllBytes(file);
    byte[] raw = Files.readAllBytes(Path.of(file.toString().replace(".znn", ".raw")));
    ByteArrayOutputStream decoded = new ByteArrayOutputStream();
    new ZipnnReader(new MemorySource(file.toString(), packed)).decode(decoded);
    assertThat(Arrays.mismatch(decoded.toByteArray(), raw)).isEqualTo(-1);

    ZipnnHeader header = ZipnnHeader.read(new MemorySource(file.toString(), packed), 0);
    assertThat(Arrays.mismatch(encode(raw, header.dtype(), packed[13] & 127), packed))
        .isEqualTo(-1);
  }

  private static byte[] encode(byte[] raw, DType dtype, int log2Streaming) {
    ZipnnWriter writer = new ZipnnWriter();
    if (log2Streaming == 0) {
      return writer.bytes(raw, 0, raw.length, dtype, 0);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int at = 0; at < raw.length; at += 1 << log2Streaming) {
      out.writeBytes(
          writer.bytes(
              raw, at, Math.min(1 << log2Streaming, raw.length - at), dtype, log2Streaming));
    }
    return out.toByteArray();
  }
}
