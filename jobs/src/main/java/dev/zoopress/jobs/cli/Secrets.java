package dev.zoopress.jobs.cli;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import scala.Tuple2;

/** Values of settings that nobody may read in messages, records and documents. */
final class Secrets {
  static final Secrets NONE = new Secrets(List.of());

  /** Names that Spark's own pages keep back, and those of stores. */
  private static final Pattern NAMES =
      Pattern.compile(
          "(?i)secret|password|passphrase|token|credential|access[._]?key|account[.]key");

  /** Shorter values would make text unreadable, and are no secrets. */
  private static final int SHORTEST = 6;

  private static final String SHOWN = "(hidden)";

  private final List<String> values;

  private Secrets(List<String> values) {
    this.values = values;
  }

  /** Those among Spark's settings and the environment. */
  static Secrets of(SparkConf conf, Map<String, String> environment) {
    Stream<String> settings =
        Stream.of(conf.getAll()).filter(p -> NAMES.matcher(p._1).find()).map(Tuple2::_2);
    Stream<String> variables =
        environment.entrySet().stream()
            .filter(e -> NAMES.matcher(e.getKey()).find())
            .map(Map.Entry::getValue);
    return new Secrets(
        Stream.concat(settings, variables)
            .filter(v -> v.length() >= SHORTEST && !v.startsWith("org.apache."))
            .distinct()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList());
  }

  /** The text with what is secret replaced. */
  String hide(String text) {
    String hidden = text;
    for (String value : values) {
      hidden = hidden.replace(value, SHOWN);
    }
    return hidden;
  }
}
