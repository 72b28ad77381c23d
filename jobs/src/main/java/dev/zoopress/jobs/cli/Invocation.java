package dev.zoopress.jobs.cli;

import dev.zoopress.jobs.compress.Progress;
import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/** One call of a command: its settings, its run id and, when it asks for it, a Spark session. */
final class Invocation implements Closeable {
  private static final Pattern RUN_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private final String command;
  private final Common common;
  private final String runId;
  private final RunMetrics progress;
  private final Map<String, Double> seconds = new LinkedHashMap<>();
  private SparkSession spark;
  private Runnable whenStarted = () -> {};
  private boolean ownsSpark;

  Invocation(String command, Common common, ProgressLine progress) {
    this.command = command;
    this.common = common;
    this.progress = new RunMetrics(progress);
    this.runId = common.runId.isEmpty() ? freshRunId() : common.runId;
    if (!RUN_ID.matcher(runId).matches()) {
      throw new UsageException(
          "--run-id '" + runId + "': use 1 to 100 letters, digits, '.', '_' and '-'");
    }
  }

  private static String freshRunId() {
    byte[] random = new byte[4];
    new SecureRandom().nextBytes(random);
    return STAMP.format(Instant.now()) + "-" + java.util.HexFormat.of().formatHex(random);
  }

  String runId() {
    return runId;
  }

  /** Whom jobs tell how far they are: people and Spark's metrics. */
  Progress progress() {
    return progress;
  }

  /** Wall seconds per stage, as the document reports them; commands add their own. */
  Map<String, Double> seconds() {
    return seconds;
  }

  /** Hadoop's settings, with those given by {@code --conf spark.hadoop.*}; needs no Spark. */
  Configuration hadoop() {
    Configuration hadoop =
        spark == null ? new Configuration() : spark.sparkContext().hadoopConfiguration();
    for (Tuple2<String, String> pair : sparkConf().getAll()) {
      if (pair._1.startsWith("spark.hadoop.")) {
        hadoop.set(pair._1.substring("spark.hadoop.".length()), pair._2);
      }
    }
    return hadoop;
  }

  /** The session, started on the first call; one that is already active in this JVM is used. */
  SparkSession spark() {
    if (spark == null) {
      ownsSpark = SparkSession.getDefaultSession().isEmpty();
      spark =
          SparkSession.builder().config(sparkConf()).appName("zoopress " + command).getOrCreate();
      hadoop();
      seconds.put("startup", secondsSinceJvmStart());
      progress.register();
      whenStarted.run();
    }
    return spark;
  }

  /** Called once, when the session runs. */
  void whenStarted(Runnable action) {
    whenStarted = action;
  }

  /** What must not be read in anything that this call writes. */
  Secrets secrets() {
    return Secrets.of(sparkConf(), System.getenv());
  }

  static double secondsSinceJvmStart() {
    return (System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime()) / 1e3;
  }

  private SparkConf sparkConf() {
    SparkConf conf = new SparkConf();
    defaults().forEach((k, v) -> conf.setIfMissing(k.toString(), v.toString().strip()));
    common.conf.forEach(conf::set);
    if (!common.master.isEmpty()) {
      conf.setMaster(common.master);
    }
    conf.setIfMissing("spark.master", "local[*]");
    if (conf.get("spark.master").startsWith("local")) {
      conf.setIfMissing("spark.driver.host", "127.0.0.1");
      conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
      conf.setIfMissing("spark.ui.enabled", "false");
    }
    conf.setIfMissing("spark.ui.showConsoleProgress", "false");
    return conf;
  }

  /** What bin/zoopress passes of conf/spark-defaults.conf; spark-submit reads its own. */
  private static Properties defaults() {
    Properties defaults = new Properties();
    String file = System.getProperty("zoopress.defaults", "");
    if (!file.isEmpty() && Files.isReadable(Path.of(file))) {
      try (Reader reader = Files.newBufferedReader(Path.of(file), StandardCharsets.UTF_8)) {
        defaults.load(reader);
      } catch (IOException e) {
        throw new UsageException(file + ": cannot be read: " + e.getMessage());
      }
    }
    return defaults;
  }

  @Override
  public void close() {
    if (spark != null) {
      progress.remove();
    }
    if (ownsSpark && spark != null) {
      spark.stop();
    }
  }
}
