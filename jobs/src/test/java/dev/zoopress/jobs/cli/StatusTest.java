package dev.zoopress.jobs.cli;

import static dev.zoopress.jobs.compress.SmallZoo.safetensors;
import static dev.zoopress.jobs.compress.SmallZoo.tensors;
import static dev.zoopress.jobs.compress.SmallZoo.weights;
import static dev.zoopress.jobs.compress.SmallZoo.write;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.zoopress.jobs.TestSpark;
import dev.zoopress.jobs.compress.Progress;
import dev.zoopress.jobs.store.S3Server;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.WriterAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.apache.spark.SparkEnv;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StatusTest {
  private static final String SECRET = "qZ7-never-to-be-seen";

  @TempDir Path dir;
  private Path zoo;
  private Path store;

  @BeforeEach
  void fill() throws IOException {
    TestSpark.session();
    zoo = dir.resolve("zoo");
    store = dir.resolve("store");
    write(zoo.resolve("a/model.safetensors"), safetensors(tensors("w", weights(1, 20_000))));
    write(zoo.resolve("a/config.json"), "{}");
  }

  private JsonNode status(String run) throws IOException {
    return new ObjectMapper().readTree(store.resolve("runs/" + run + "/status.json").toFile());
  }

  @Test
  void aRunLeavesItsExitCodeTotalsAndLastWord() throws IOException {
    Called called = Called.json("compress", zoo, "--store", store, "--run-id", "one");
    assertThat(called.code()).as(called.err()).isZero();
    JsonNode status = status("one");
    assertThat(status.path("state").asText()).isEqualTo("ended");
    assertThat(status.path("exitCode").asInt(-1)).isZero();
    assertThat(status.path("message").asText()).startsWith("stored 1 model (2 files)");
    assertThat(status.path("totals")).isEqualTo(called.document().path("totals"));
    assertThat(status.has("models")).isFalse();
    JsonNode document = new ObjectMapper().readTree(store.resolve("runs/one/report.json").toFile());
    assertThat(document.path("models")).isEqualTo(called.document().path("models"));
  }

  @Test
  void failuresAreRecordedWithTheirCode() throws IOException {
    assertThat(Called.json("compress", zoo, "--store", store).code()).isZero();
    Files.createSymbolicLink(zoo.resolve("a/gone"), Path.of("nowhere"));
    assertThat(Called.json("compress", zoo, "--store", store, "--run-id", "some").code())
        .isEqualTo(3);
    assertThat(status("some").path("exitCode").asInt()).isEqualTo(3);
    assertThat(status("some").path("message").asText()).contains("1 FAILED");

    Called restore =
        Called.json("restore", "no/model", "--store", store, "--to", dir, "--run-id", "none");
    assertThat(status("none").path("exitCode").asInt()).isEqualTo(restore.code()).isPositive();
    assertThat(status("none").path("message").asText()).contains("no/model");
  }

  @Test
  void aWrongPathDoesNotBecomeAStore() {
    assertThat(Called.json("verify", "--store", store).code()).isEqualTo(10);
    assertThat(store).doesNotExist();
  }

  @Test
  void secretsAreHiddenEverywhere() throws IOException {
    assertThat(Called.json("compress", zoo, "--store", store).code()).isZero();
    Called failed =
        Called.json(
            "compress",
            dir.resolve(SECRET),
            "--store",
            store,
            "--run-id",
            "hidden",
            "--conf",
            "spark.hadoop.fs.s3a.bucket.x.secret.key=" + SECRET);
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.out() + failed.err()).contains("(hidden)").doesNotContain(SECRET);
    assertThat(status("hidden").toString()).contains("(hidden)").doesNotContain(SECRET);
  }

  @Test
  void noObjectOfAStoreOnS3HoldsTheKeys() throws IOException {
    try (S3Server server = S3Server.start(dir.resolve("s3"))) {
      String root = server.bucket("zoo-bucket") + "/store";
      List<Object> call = new ArrayList<>(List.of("compress", zoo, "--store", root, "-v"));
      List<Object> check = new ArrayList<>(List.of("verify", "--store", root));
      Configuration conf = server.hadoopConf();
      for (Map.Entry<String, String> e : conf.getPropsWithPrefix("fs.s3a.").entrySet()) {
        call.addAll(List.of("--conf", "spark.hadoop.fs.s3a." + e.getKey() + "=" + e.getValue()));
        check.addAll(List.of("--conf", "spark.hadoop.fs.s3a." + e.getKey() + "=" + e.getValue()));
      }
      StringWriter log = new StringWriter();
      Called called = logged(log, () -> Called.json(call.toArray()));
      assertThat(called.code()).as(called.err()).isZero();
      assertThat(log.toString()).contains("zoopress compress ended with 0");
      assertThat(log.toString()).doesNotContain(S3Server.SECRET_KEY);
      assertThat(Called.json(check.toArray()).code()).isZero();
      try (Stream<Path> files = Files.walk(dir.resolve("s3"))) {
        List<Path> objects = files.filter(Files::isRegularFile).toList();
        assertThat(objects).anyMatch(f -> f.endsWith("status.json"));
        for (Path file : objects) {
          String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
          assertThat(text).as(file.toString()).doesNotContain(S3Server.SECRET_KEY);
        }
      }
      assertThat(called.out() + called.err()).doesNotContain(S3Server.SECRET_KEY);
    } catch (IOException e) {
      Assumptions.abort("SKIPPED, no S3 server here: " + e.getMessage());
    }
  }

  /** Calls with everything that is logged, at the level of -v, written to {@code log} too. */
  private static Called logged(StringWriter log, Supplier<Called> call) {
    LoggerContext context = LoggerContext.getContext(false);
    LoggerConfig root = context.getConfiguration().getRootLogger();
    Level before = root.getLevel();
    Appender appender =
        WriterAppender.createAppender(
            PatternLayout.createDefaultLayout(), null, log, "capture", false, true);
    appender.start();
    root.addAppender(appender, Level.ALL, null);
    try {
      return call.get();
    } finally {
      root.removeAppender("capture");
      Configurator.setRootLevel(before);
    }
  }

  @Test
  void sparksMetricsShowHowFarACommandIs() {
    RunMetrics metrics = new RunMetrics(Progress.NONE);
    metrics.register();
    try {
      metrics.update(new Progress.Snapshot("compress", 200, 400, 1, 2, 50, 7));
      var sources = SparkEnv.get().metricsSystem().getSourcesByName("zoopress");
      assertThat(sources.contains(metrics)).isTrue();
      assertThat(value(metrics, "bytes.done")).isEqualTo(200L);
      assertThat(value(metrics, "bytes.stored")).isEqualTo(50L);
      assertThat(value(metrics, "chunks.done")).isEqualTo(7L);
      assertThat(value(metrics, "saved")).isEqualTo(0.75);
    } finally {
      metrics.remove();
    }
    assertThat(SparkEnv.get().metricsSystem().getSourcesByName("zoopress").contains(metrics))
        .isFalse();
  }

  private static Object value(RunMetrics metrics, String name) {
    return metrics.metricRegistry().getGauges().get(name).getValue();
  }
}
