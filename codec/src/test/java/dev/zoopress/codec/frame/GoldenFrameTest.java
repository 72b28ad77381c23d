package dev.zoopress.codec.frame;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.PythonReader;
import dev.zoopress.codec.frame.GoldenFrames.Golden;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Frames of version 1 are read for ever, by us and by a reader written from FORMAT.md. */
final class GoldenFrameTest {
  private static byte[] stored(Golden golden) throws IOException {
    try (InputStream in =
        GoldenFrameTest.class.getResourceAsStream(
            "/golden/v1/frames/" + golden.name() + ".frame")) {
      return in.readAllBytes();
    }
  }

  @Test
  void isReadByThisBuild() throws Exception {
    Set<FrameKind> seen = EnumSet.noneOf(FrameKind.class);
    try (FrameDecoder decoder = new FrameDecoder()) {
      for (Golden golden : GoldenFrames.all()) {
        byte[] frame = stored(golden);
        byte[] out = new byte[golden.raw().length];
        if (golden.base() == null) {
          decoder.decode(golden.name(), 0, frame, 0, frame.length, out, 0, out.length);
        } else {
          byte[] base = golden.base();
          decoder.decode(
              golden.name(), 0, frame, 0, frame.length, BaseBytes.of(base, 0), out, 0, out.length);
        }
        assertThat(out).as(golden.name()).isEqualTo(golden.raw());
        assertThat(frame[0]).as(golden.name()).isEqualTo((byte) golden.kind().code());
        seen.add(golden.kind());
      }
    }
    assertThat(seen).containsExactlyInAnyOrder(FrameKind.values());
  }

  @Test
  void isReadByTheIndependentReader(@TempDir Path folder) throws Exception {
    PythonReader.require();
    List<String> lines = new ArrayList<>();
    for (Golden golden : GoldenFrames.all()) {
      Path file = folder.resolve(golden.name());
      Files.write(file, stored(golden));
      String line = file + " " + golden.raw().length + " " + file + ".out";
      if (golden.base() != null) {
        line += " " + Files.write(folder.resolve(golden.name() + ".base"), golden.base());
      }
      lines.add(line);
    }
    Path list = Files.write(folder.resolve("list"), lines);
    assertThat(PythonReader.read("--frames", list)).isTrue();
    for (Golden golden : GoldenFrames.all()) {
      assertThat(folder.resolve(golden.name() + ".out")).hasBinaryContent(golden.raw());
    }
  }
}
