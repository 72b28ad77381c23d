package dev.zoopress.codec.format;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl;
import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.tensor.DType;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Real models: every container in the zoo is understood. Needs {@code ZOOPRESS_ZOO}, a folder. */
final class ZooLayoutTest {
  private static final List<String> CONTAINERS = List.of("safetensors", "onnx", "gguf", "bin");

  private static List<Path> files(String... suffixes) throws Exception {
    String zoo = System.getProperty("zoopress.zoo", System.getenv("ZOOPRESS_ZOO"));
    Assumptions.assumeTrue(
        zoo != null && Files.isDirectory(Path.of(zoo)), "skipped: ZOOPRESS_ZOO names no folder");
    try (Stream<Path> walk = Files.walk(Path.of(zoo))) {
      return walk.filter(Files::isRegularFile)
          .filter(p -> Stream.of(suffixes).anyMatch(s -> p.toString().endsWith("." + s)))
          .sorted()
          .toList();
    }
  }

  @Test
  void everyContainerParsesToTensorsWithoutWarning() throws Exception {
    Map<String, int[]> counts = new TreeMap<>();
    for (Path file : files(CONTAINERS.toArray(String[]::new))) {
      try (ByteSource source = new FileSource(file)) {
        FileLayout layout = FileFormats.parse(file.toString(), source);
        assertThat(layout.warning()).as(file.toString()).isEmpty();
        long tensorBytes =
            layout.segments().stream()
                .filter(s -> s.dtype() != DType.OPAQUE)
                .mapToLong(Segment::lengthBytes)
                .sum();
        assertThat((double) tensorBytes / source.size()).as(file.toString()).isGreaterThan(0.9);
        int[] count = counts.computeIfAbsent(layout.format(), f -> new int[2]);
        count[0]++;
        count[1] += (int) layout.segments().stream().filter(s -> !s.name().isEmpty()).count();
      }
    }
    counts.forEach(
        (format, n) -> System.out.println(format + ": " + n[0] + " files, " + n[1] + " tensors"));
    assertThat(counts).doesNotContainKey("opaque").isNotEmpty();
  }

  @Test
  void onnxFilesAreCutLikeOnnxMlReadsThem() throws Exception {
    for (Path file : files("onnx")) {
      OnnxMl.ModelProto model;
      try (InputStream in = Files.newInputStream(file)) {
        model = OnnxMl.ModelProto.parseFrom(in);
      }
      try (ByteSource source = new FileSource(file)) {
        OnnxMlCheck.compare(model, source);
      }
    }
  }
}
