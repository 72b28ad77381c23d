package dev.zoopress.eval.compare;

import dev.zoopress.eval.task.Example;
import java.io.File;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Runs one side in a Java process of its own, which is told nothing of the other side. */
final class ProcessGuard {
  private static final long MINUTES = 10;
  private static final int TOLD_CHARS = 400;

  private ProcessGuard() {}

  /** Whether the lone process gives the digests of {@code expected}. */
  static Guard check(
      String name, SideSpec side, Unit unit, List<Example> examples, List<ExampleOutcome> expected)
      throws IOException {
    String question = "Does the " + name + " side give the same bits in a process of its own?";
    Path folder = Files.createTempDirectory("zoopress-eval");
    try {
      Path answer = folder.resolve("digests");
      Path log = folder.resolve("log");
      WorkerRequest request =
          new WorkerRequest(
              side, unit.kind(), unit.tasks(), unit.session(), examples, answer.toString());
      int code = run(request, log, side);
      if (code != 0) {
        return new Guard(question, false, "the process ended with " + code + ": " + tail(log));
      }
      List<String> wanted =
          expected.stream().map(o -> name.equals("original") ? o.logitsA() : o.logitsB()).toList();
      List<String> got = Files.readAllLines(answer);
      return new Guard(
          question,
          got.equals(wanted) && !wanted.isEmpty(),
          unit.kind().id() + ": " + wanted.size() + " examples, told only where its own side lies");
    } finally {
      for (String file : List.of("digests", "log")) {
        Files.deleteIfExists(folder.resolve(file));
      }
      Files.deleteIfExists(folder);
    }
  }

  private static int run(WorkerRequest request, Path log, SideSpec side) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx1g",
            "-XX:MaxDirectMemorySize=" + Runtime.getRuntime().maxMemory(),
            "-cp",
            classPath(side),
            SideWorker.class.getName());
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    Process process = builder.start();
    try {
      try (OutputStream pipe = process.getOutputStream();
          ObjectOutputStream out = new ObjectOutputStream(pipe)) {
        out.writeObject(request);
      }
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
        return -1;
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a side ran in its own process", e);
    } finally {
      process.destroyForcibly();
    }
  }

  /** This process's own path, and the archives that its class loaders added. */
  private static String classPath(SideSpec side) throws IOException {
    Set<String> paths = new LinkedHashSet<>();
    paths.add(System.getProperty("java.class.path"));
    try {
      ClassLoader loader = Thread.currentThread().getContextClassLoader();
      for (Class<?> type :
          List.of(
              ProcessGuard.class,
              Class.forName(side.opener(), false, loader),
              dev.zoopress.codec.ByteSource.class,
              ai.onnxruntime.OrtEnvironment.class,
              ai.djl.huggingface.tokenizers.HuggingFaceTokenizer.class)) {
        paths.add(
            Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
      }
    } catch (URISyntaxException | ClassNotFoundException e) {
      throw new IOException("no class path for a process of its own: " + e.getMessage(), e);
    }
    return String.join(File.pathSeparator, paths);
  }

  private static String tail(Path log) throws IOException {
    String text = Files.exists(log) ? Files.readString(log).strip() : "";
    return text.substring(Math.max(0, text.length() - TOLD_CHARS));
  }
}
