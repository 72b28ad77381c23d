package dev.zoopress.jobs.cli;

import static dev.zoopress.jobs.compress.SmallZoo.weights;
import static dev.zoopress.jobs.compress.SmallZoo.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.codec.Effort;
import dev.zoopress.jobs.TestSpark;
import dev.zoopress.jobs.compress.CompressJob;
import dev.zoopress.jobs.compress.CompressOptions;
import dev.zoopress.jobs.compress.CompressResult;
import dev.zoopress.jobs.compress.ModelResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are not what they were listed as by the time they are read, or cannot be read. */
final class MovingSourceTest {
  @TempDir Path dir;

  private interface Change {
    void to(Path file) throws IOException, InterruptedException;
  }

  /** Changes files after they were listed and before they are read. */
  private CompressResult compress(Map<String, Change> changes) throws IOException {
    Path zoo = dir.resolve("zoo");
    for (String model :
        List.of(
            "appended",
            "directory",
            "link",
            "pipe",
            "rewritten",
            "sound",
            "vanished",
            "z-gone-folder")) {
      write(zoo.resolve(model).resolve("config.json"), "{}");
      write(zoo.resolve(model).resolve("model.bin"), weights(model.hashCode(), 40_000));
    }
    write(dir.resolve("elsewhere"), weights(1, 40_000));
    List<String> left = new ArrayList<>(changes.keySet());
    CompressOptions options =
        CompressOptions.of(zoo.toString(), dir.resolve("store").toString()).withEffort(Effort.FAST);
    return new CompressJob(
            TestSpark.session(),
            options,
            now -> {
              if (now.stage().equals("compress") && !left.isEmpty()) {
                for (String model : left) {
                  try {
                    changes.get(model).to(zoo.resolve(model).resolve("model.bin"));
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                }
                left.clear();
              }
            })
        .execute();
  }

  @Test
  void whatChangedSinceItWasListedFailsItsModelAlone() throws IOException {
    Map<String, Change> changes = new TreeMap<>();
    changes.put(
        "appended", f -> Files.write(f, new byte[1], java.nio.file.StandardOpenOption.APPEND));
    changes.put(
        "rewritten",
        f -> {
          Thread.sleep(20);
          Files.write(f, weights(5, 40_000));
        });
    changes.put("vanished", Files::delete);
    changes.put(
        "directory",
        f -> {
          Files.delete(f);
          Files.createDirectory(f);
        });
    changes.put(
        "link",
        f -> {
          var time = Files.getLastModifiedTime(f);
          Files.delete(f);
          Files.createSymbolicLink(f, dir.resolve("elsewhere"));
          Files.setLastModifiedTime(dir.resolve("elsewhere"), time);
        });
    changes.put(
        "pipe",
        f -> {
          Files.delete(f);
          new ProcessBuilder("mkfifo", f.toString()).start().waitFor();
        });
    changes.put(
        "z-gone-folder",
        f -> {
          Files.delete(f);
          Files.delete(f.resolveSibling("config.json"));
          Files.delete(f.getParent());
        });

    CompressResult result = compress(changes);

    assertThat(result.failed())
        .extracting(ModelResult::model)
        .containsExactlyElementsOf(changes.keySet());
    for (ModelResult failed : result.failed()) {
      boolean gone = failed.model().matches("vanished|z-gone-folder");
      assertThat(failed.error())
          .contains(failed.model() + "/")
          .contains(gone ? "vanished" : "changed")
          .contains("while it was being read: run compress again");
    }
    assertThat(result.totals().models()).isEqualTo(1);
  }

  /** Root reads everything, unless it gives up the right to: in a process of its own. */
  @Test
  void anUnreadableFileFailsItsModelAlone() throws IOException, InterruptedException {
    Path zoo = dir.resolve("zoo");
    for (String model : List.of("open", "shut", "shut-folder")) {
      write(zoo.resolve(model).resolve("config.json"), "{}");
      write(zoo.resolve(model).resolve("sub/model.bin"), weights(model.hashCode(), 4000));
    }
    Path file = zoo.resolve("shut/sub/model.bin");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    Path folder = zoo.resolve("shut-folder/sub");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("---------"));
    List<String> command = new ArrayList<>();
    if (Files.isReadable(file)) {
      Assumptions.assumeTrue(
          Files.isExecutable(Path.of("/usr/bin/setpriv")), "SKIPPED, root without setpriv");
      command.addAll(List.of("setpriv", "--bounding-set", "-dac_override,-dac_read_search"));
    }
    command.add(ProcessHandle.current().info().command().orElse("java"));
    java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(a -> a.startsWith("--add-opens"))
        .forEach(command::add);
    command.addAll(List.of("-Xmx512m", "-cp", System.getProperty("java.class.path")));
    command.add("dev.zoopress.jobs.cli.Zoopress");
    command.addAll(List.of("compress", zoo.toString(), "--store", dir.resolve("store").toString()));
    command.addAll(List.of("--master", "local[1]", "--progress", "none"));
    Process process =
        new ProcessBuilder(command).redirectError(dir.resolve("err").toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));

    assertThat(code).as(out + Files.readString(dir.resolve("err"))).isEqualTo(3);
    assertThat(out)
        .contains("FAILED shut: ")
        .contains("sub/model.bin: cannot be opened: permission denied: check its owner")
        .contains("FAILED shut-folder: sub: cannot be listed")
        .contains("stored 1 model");
  }
}
