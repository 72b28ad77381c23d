package dev.zoopress.codec.zipnn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.tensor.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
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
    Path base = Path.of(file.toString().replace(".znn", ".base"));
    MemorySource against =
        Files.exists(base) ? new MemorySource("base", Files.readAllBytes(base)) : null;
    ByteArrayOutputStream decoded = new ByteArrayOutputStream();
    new ZipnnReader(new MemorySource(file.toString(), packed), against).decode(decoded);
    assertThat(Arrays.mismatch(decoded.toByteArray(), raw)).isEqualTo(-1);

    ZipnnHeader header = ZipnnHeader.read(new MemorySource(file.toString(), packed), 0);
    byte[] again = encode(raw, header, packed[13] & 127, against);
    if (header.format() != ZipnnHeader.FORMAT_BYTE) {
      // Labels without effect: ours are those of the package's script, which writes torch alone.
      again[7] = packed[7];
      again[8] = packed[8];
    }
    assertThat(Arrays.mismatch(again, packed)).isEqualTo(-1);
  }

  /** Every element type and format that the package writes has its file. */
  @Test
  void allFormsAreThere() throws IOException {
    Set<String> forms = new TreeSet<>();
    try (Stream<Path> found = Files.list(Path.of("src/test/resources/zipnn"))) {
      for (Path file : found.filter(p -> p.toString().endsWith(".znn")).toList()) {
        ZipnnHeader header =
            ZipnnHeader.read(new MemorySource("golden", Files.readAllBytes(file)), 0);
        forms.add(
            header.dtype()
                + " "
                + header.format()
                + (header.delta() == 0 ? "" : " delta")
                + (header.streaming() ? " streaming" : ""));
      }
    }
    for (String dtype : List.of("F32", "BF16", "F16", "F8_E4M3", "F8_E5M2")) {
      assertThat(forms).contains(dtype + " 1", dtype + " 2", dtype + " 1 delta");
    }
    assertThat(forms).contains("F32 3", "F16 3", "BF16 1 streaming");
  }

  private static byte[] encode(byte[] raw, ZipnnHeader header, int log2Streaming, MemorySource base)
      throws IOException {
    ZipnnWriter writer = new ZipnnWriter();
    DType dtype = header.dtype();
    if (base != null) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ZipnnStream.encodeDelta(new MemorySource("raw", raw), base, out, dtype);
      return out.toByteArray();
    }
    if (header.format() != ZipnnHeader.FORMAT_BYTE) {
      return writer.tensor(raw, 0, raw.length, dtype, header.shape());
    }
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
