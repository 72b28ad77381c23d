package dev.zoopress.jobs.faults;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a process holds: memory, handles, threads, temporary files. Linux only. */
final class Gauges {
  private static final Pattern USED = Pattern.compile("used ([0-9]+)K");
  private final long pid;
  private final List<Path> temporary;

  Gauges(long pid, List<Path> temporary) {
    this.pid = pid;
    this.temporary = temporary;
  }

  static final String NAMES = "rssKiB,heapKiB,handles,threads,temporaryFiles";

  /** Values in the order of {@link #NAMES}, after a full collection of garbage. */
  String values() throws IOException, InterruptedException {
    jcmd("GC.run");
    // What is cleaned when objects are collected is cleaned by other threads.
    Thread.sleep(2000);
    jcmd("GC.run");
    Thread.sleep(500);
    return "%d,%d,%d,%d,%d"
        .formatted(status("VmRSS"), heapKib(), handles(), status("Threads"), files());
  }

  private long status(String name) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith(name + ":")) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    throw new IOException("no " + name);
  }

  private long handles() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return all.count();
    }
  }

  private long heapKib() throws IOException, InterruptedException {
    if (pid == ProcessHandle.current().pid()) {
      return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 10;
    }
    long sum = 0;
    for (String line : jcmd("GC.heap_info").split("\n")) {
      Matcher used = USED.matcher(line);
      if (used.find() && !line.contains("Metaspace") && !line.contains("class space")) {
        sum += Long.parseLong(used.group(1));
      }
    }
    return sum;
  }

  private String jcmd(String command) throws IOException, InterruptedException {
    if (command.equals("GC.run") && pid == ProcessHandle.current().pid()) {
      System.gc();
      return "";
    }
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process process =
        new ProcessBuilder(jcmd.toString(), Long.toString(pid), command)
            .redirectErrorStream(true)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("jcmd " + command + ": " + text);
    }
    return text;
  }

  private long files() throws IOException {
    long count = 0;
    for (Path folder : temporary) {
      if (Files.exists(folder)) {
        try (Stream<Path> all = Files.walk(folder)) {
          count += all.filter(Files::isRegularFile).count();
        } catch (java.io.UncheckedIOException e) {
          // One that vanished while it was counted.
          return files();
        }
      }
    }
    return count;
  }
}
