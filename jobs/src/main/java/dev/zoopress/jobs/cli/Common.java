package dev.zoopress.jobs.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Options that every command takes. */
final class Common {
  enum ProgressMode {
    AUTO,
    PLAIN,
    NONE
  }

  @Option(
      names = "--master",
      paramLabel = "URL",
      description = "Spark master; default: what spark-submit says, else local[*]")
  String master = "";

  @Option(
      names = "--conf",
      paramLabel = "K=V",
      description = "Spark or Hadoop setting (spark.hadoop.fs.s3a...=...); may be repeated")
  Map<String, String> conf = new LinkedHashMap<>();

  @Option(names = "--json", description = "print exactly one JSON document on stdout")
  boolean json;

  @Option(
      names = "--progress",
      paramLabel = "MODE",
      defaultValue = "auto",
      description = "auto, plain (a line every 10 s) or none; default ${DEFAULT-VALUE}")
  ProgressMode progress = ProgressMode.AUTO;

  @Option(
      names = "--run-id",
      paramLabel = "ID",
      description = "name of the run's folder in runs/; default: made up")
  String runId = "";

  @Option(
      names = {"-v", "--verbose"},
      description = "log more, and show stack traces")
  boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this help")
  boolean help;
}
