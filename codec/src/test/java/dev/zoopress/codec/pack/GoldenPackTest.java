package dev.zoopress.codec.pack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.PythonReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packs of version 1 are read for ever, by us and by a reader written from FORMAT.md. */
final class GoldenPackTest {
  private static byte[] golden(String name) throws IOException {
    try (InputStream in = GoldenPackTest.class.getResourceAsStream("/golden/v1/" + name + ".zpk")) {
      return in.readAllBytes();
    }
  }

  @Test
  void isReadByThisBuild() throws Exception {
    for (GoldenPacks.Golden pack : GoldenPacks.all()) {
      assertThat(PackSamples.unpack(golden(pack.name()))).as(pack.name()).isEqualTo(pack.file());
    }
  }

  @Test
  void isReadByTheIndependentReader(@TempDir Path folder) throws Exception {
    PythonReader.require();
    for (GoldenPacks.Golden golden : GoldenPacks.all()) {
      Path pack = Files.write(folder.resolve("pack"), golden(golden.name()));
      Path out = folder.resolve("out");
      assertThat(PythonReader.read(pack, out)).as(golden.name()).isTrue();
      assertThat(out).hasBinaryContent(golden.file());
      byte[] damaged = golden(golden.name());
      damaged[damaged.length / 2] ^= 1;
      Files.write(pack, damaged);
      assertThat(PythonReader.read(pack, out)).as(golden.name()).isFalse();
    }
  }
}
