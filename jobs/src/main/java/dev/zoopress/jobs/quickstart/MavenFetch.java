package dev.zoopress.jobs.quickstart;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Gets a jar through plain Maven, so that its mirrors, proxies and local repository are used. */
public final class MavenFetch {
  /** The plugin that the build uses as well, so that it is usually there. */
  private static final String COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";

  private final String executable;

  /** {@code executable} is Maven's command, as found on the PATH. */
  public MavenFetch(String executable) {
    this.executable = executable;
  }

  /**
   * Copies the jar with this {@code group:artifact:version} into the new folder {@code folder}.
   *
   * @throws IOException if there is no Maven, or it fails; the message holds its reason
   */
  public Path copy(String coordinate, Path folder) throws IOException {
    Files.createDirectories(folder);
    Path log = folder.resolve("maven.log");
    run(coordinate, folder, log);
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> file.toString().endsWith(".jar"))
          .findFirst()
          .orElseThrow(() -> new IOException("Maven copied no jar of " + coordinate));
    }
  }

  private void run(String coordinate, Path folder, Path log) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                executable,
                "-B",
                "-ntp",
                COPY,
                "-Dartifact=" + coordinate + ":jar",
                "-DoutputDirectory=" + folder.toAbsolutePath())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new IOException(
          "Maven ('" + executable + "') does not start: install Maven 3.8 or newer", e);
    }
    try {
      if (process.waitFor() != 0) {
        throw new IOException(
            "Maven could not get " + coordinate + ": " + reason(log) + "; is there a network?");
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  private static String reason(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log, Charset.defaultCharset());
    return lines.stream()
        .filter(line -> line.startsWith("[ERROR]"))
        .map(line -> line.substring("[ERROR]".length()).strip())
        .findFirst()
        .orElse(lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1));
  }
}
