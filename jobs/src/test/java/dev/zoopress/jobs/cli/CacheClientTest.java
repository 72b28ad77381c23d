package dev.zoopress.jobs.cli;

import static dev.zoopress.jobs.compress.SmallZoo.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.jobs.TestSpark;
import dev.zoopress.jobs.serve.HubServer;
import dev.zoopress.jobs.serve.Limits;
import dev.zoopress.jobs.serve.ServeJob;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Stores;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cache that went through a store and back, under the real {@code huggingface_hub}. */
final class CacheClientTest {
  private static final Path MODEL = Path.of("../eval/src/test/resources/models/sapiens-vh");
  private static final int SKIPPED = 77;

  @TempDir Path dir;

  @Test
  void loadsOfflineAndPassesHfCacheVerify() throws IOException, InterruptedException {
    Assumptions.assumeTrue(hasPython(), "SKIPPED, no python3.11 here");
    TestSpark.session();
    Path model = dir.resolve("zoo/org/sapiens-vh");
    try (Stream<Path> files = Files.list(MODEL)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        write(model.resolve(file.getFileName()), Files.readAllBytes(file));
      }
    }
    write(model.resolve("empty.txt"), "");
    write(model.resolve("sub/deep/notes.md"), "# deep");
    Path first = dir.resolve("cache");
    Path second = dir.resolve("cache2");
    Path store = dir.resolve("store2");
    throughStore(dir.resolve("zoo"), dir.resolve("store"), first);
    throughStore(first, store, second);
    assertThat(entries(second)).isEqualTo(entries(first)).hasSizeGreaterThan(15);
    Path partial = dir.resolve("partial");
    Called one =
        Called.zoopress(
            "restore",
            "--store",
            store,
            "--to",
            partial,
            "--layout",
            "hf-cache",
            "--file",
            "config.json");
    assertThat(one.code()).as(one.err()).isZero();

    try (ObjectStore objects = Stores.open(store.toString(), new Configuration());
        HubServer server =
            new ServeJob(
                    Repository.open(objects),
                    new HubServer.Address("127.0.0.1", 0, "", null),
                    Limits.of(2, 1 << 28))
                .execute()) {
      Process script =
          new ProcessBuilder(
                  "python3.11",
                  "src/test/scripts/hub_cache.py",
                  "target/hub-client",
                  second.toString(),
                  "http://127.0.0.1:" + server.port(),
                  "org/sapiens-vh",
                  model.toString(),
                  partial.toString())
              .redirectErrorStream(true)
              .start();
      String out = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = script.waitFor();
      Assumptions.assumeFalse(code == SKIPPED, out);
      assertThat(code).as(out).isZero();
      assertThat(out)
          .contains("load offline")
          .contains("completed by the client")
          .contains("a changed byte fails hf cache verify");
    }
  }

  private static void throughStore(Path source, Path store, Path cache) {
    Called in = Called.zoopress("compress", source, "--store", store, "--effort", "fast");
    assertThat(in.code()).as(in.err() + in.out()).isZero();
    Called out =
        Called.zoopress("restore", "--store", store, "--to", cache, "--layout", "hf-cache");
    assertThat(out.code()).as(out.err() + out.out()).isZero();
  }

  private static boolean hasPython() throws InterruptedException {
    try {
      return new ProcessBuilder("python3.11", "-c", "import venv").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Paths, with link texts. */
  private static Map<String, String> entries(Path root) throws IOException {
    Map<String, String> entries = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        entries.put(
            root.relativize(file).toString(),
            Files.isSymbolicLink(file) ? Files.readSymbolicLink(file).toString() : "");
      }
    }
    return entries;
  }
}
