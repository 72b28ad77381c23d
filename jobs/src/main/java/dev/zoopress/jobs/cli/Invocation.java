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
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** One call of a command: its settings, its run id and, when it asks for it, a Spark session. */
final class Invocation implements Closeable {
  private static final Pattern RUN_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private final String command;
  private final Common common;
  private final String runId;
  private final ProgressLine line;
  private final Map<String, Double> seconds = new LinkedHashMap<>();
  private SparkSession spark;
  private RunMetrics metrics;
  private Runnable whenStarted = () -> {};
  private boolean ownsSpark;

  Invocation(String command, Common common, ProgressLine progress) {
    this.command = command;
    this.common = common;
    this.line = progress;
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
    return snapshot -> (metrics == null ? line : metrics).update(snapshot);
  }

  /** Wall seconds per stage, as the document reports them; commands add their own. */
  Map<String, Double> seconds() {
    return seconds;
  }

  /** Hadoop's settings, with those given by {@code --conf spark.hadoop.*}; needs no Spark. */
  Configuration hadoop() {
    Configuration hadoop =
        spark == null ? new Configuration() : spark.sparkContext().hadoopConfiguration();
    settings()
        .forEach(
            (name, value) -> {
              if (name.startsWith("spark.hadoop.")) {
                hadoop.set(name.substring("spark.hadoop.".length()), value);
              }
            });
    return hadoop;
  }

  /** The session, started on the first call; one that is already active in this JVM is used. */
  SparkSession spark() {
    if (spark == null) {
      ownsSpark = SparkSession.getDefaultSession().isEmpty();
      SparkConf conf = new SparkConf();
      settings().forEach(conf::set);
      spark = SparkSession.builder().config(conf).appName("zoopress " + command).getOrCreate();
      hadoop();
      seconds.put("startup", secondsSinceJvmStart());
      metrics = new RunMetrics(line);
      metrics.register();
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
    return Secrets.of(settings(), System.getenv());
  }

  static double secondsSinceJvmStart() {
    return (System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime()) / 1e3;
  }

  /** Spark's settings, those of spark-submit among them; kept apart from Spark's own class. */
  private Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>();
    defaults().forEach((k, v) -> settings.put(k.toString(), v.toString().strip()));
    for (String name : System.getProperties().stringPropertyNames()) {
      if (name.startsWith("spark.")) {
        settings.put(name, System.getProperty(name));
      }
    }
    settings.putAll(common.conf);
    if (!common.master.isEmpty()) {
      settings.put("spark.master", common.master);
    }
    settings.putIfAbsent("spark.master", "local[*]");
    if (settings.get("spark.master").startsWith("local")) {
      settings.putIfAbsent("spark.driver.host", "127.0.0.1");
      settings.putIfAbsent("spark.driver.bindAddress", "127.0.0.1");
      settings.putIfAbsent("spark.ui.enabled", "false");
    }
    settings.putIfAbsent("spark.ui.showConsoleProgress", "false");
    return settings;
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
      metrics.remove();
    }
    if (ownsSpark && spark != null) {
      spark.stop();
    }
  }
}
