package dev.zoopress.codec.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packs of version 1 are read for ever, by us and by a reader written from FORMAT.md. */
final class GoldenPackTest {
  private static final Path VENV = Path.of("target", "python-reader").toAbsolutePath();

  private static byte[] golden(String name) throws IOException {
    try (InputStream in = GoldenPackTest.class.getResourceAsStream("/golden/v1/" + name + ".zpk")) {
      return in.readAllBytes();
    }
  }

  @Test
  void isReadByThisBuild() throws Exception {
    for (Map.Entry<String, byte[]> file : GoldenPacks.files().entrySet()) {
      assertThat(PackSamples.unpack(golden(file.getKey())))
          .as(file.getKey())
          .isEqualTo(file.getValue());
    }
  }

  @Test
  void isReadByTheIndependentReader(@TempDir Path folder) throws Exception {
    Path python = VENV.resolve("bin/python");
    if (!run(python, "-c", "import numpy, zstandard")
        && !(run(Path.of("python3.11"), "-m", "venv", VENV.toString())
            && run(python, "-m", "pip", "install", "-q", "zstandard==0.25.0", "numpy==2.4.6"))) {
      System.err.println("SKIPPED: no python3.11 with zstandard and numpy can be had");
      abort("no python3.11 with zstandard and numpy can be had");
    }
    Path reader = Path.of("src/test/python/zpk_reader.py").toAbsolutePath();
    for (Map.Entry<String, byte[]> file : GoldenPacks.files().entrySet()) {
      Path pack = Files.write(folder.resolve("pack"), golden(file.getKey()));
      Path out = folder.resolve("out");
      assertThat(run(python, reader.toString(), pack.toString(), out.toString())).isTrue();
      assertThat(out).hasBinaryContent(file.getValue());
      byte[] damaged = golden(file.getKey());
      damaged[damaged.length / 2] ^= 1;
      Files.write(pack, damaged);
      assertThat(run(python, reader.toString(), pack.toString(), out.toString())).isFalse();
    }
  }

  private static boolean run(Path program, String... arguments) throws Exception {
    var command = new ArrayList<String>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(Path.of("target", "python-reader.log").toFile())
              .start();
      if (!process.waitFor(180, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return false;
      }
      return process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
