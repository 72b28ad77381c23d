package dev.zoopress.codec;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The independent reader, in a virtual environment that it shares with later runs. */
public final class PythonReader {
  private static final Path VENV = Path.of("target", "python-reader").toAbsolutePath();
  private static final Path PYTHON = VENV.resolve("bin/python");
  private static final Path SCRIPT = Path.of("src/test/python/zpk_reader.py").toAbsolutePath();

  private PythonReader() {}

  /** Skips the test, aloud, where no Python with what the reader needs can be had. */
  public static void require() throws Exception {
    if (!run(PYTHON, "-c", "import numpy, zstandard")
        && !(run(Path.of("python3.11"), "-m", "venv", VENV.toString())
            && run(PYTHON, "-m", "pip", "install", "-q", "zstandard==0.25.0", "numpy==2.4.6"))) {
      System.err.println("SKIPPED: no python3.11 with zstandard and numpy can be had");
      abort("no python3.11 with zstandard and numpy can be had");
    }
  }

  /** Runs the reader; false where it ends with an error. */
  public static boolean read(Object... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(SCRIPT.toString()));
    for (Object argument : arguments) {
      all.add(argument.toString());
    }
    return run(PYTHON, all.toArray(String[]::new));
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
