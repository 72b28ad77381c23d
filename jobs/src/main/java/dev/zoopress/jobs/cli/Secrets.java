package dev.zoopress.jobs.cli;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

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
  static Secrets of(Map<String, String> settings, Map<String, String> environment) {
    return new Secrets(
        Stream.of(settings, environment)
            .flatMap(named -> named.entrySet().stream())
            .filter(e -> NAMES.matcher(e.getKey()).find())
            .map(Map.Entry::getValue)
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
