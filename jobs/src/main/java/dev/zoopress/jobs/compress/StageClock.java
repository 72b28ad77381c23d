package dev.zoopress.jobs.compress;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where the time of a task goes, all its threads together. Thread-safe. */
public final class StageClock {
  enum Stage {
    PLAN,
    READ,
    HASH,
    BASE,
    ENCODE,
    VERIFY,
    WRITE,
    PUT
  }

  private final EnumMap<Stage, Long> nanos = new EnumMap<>(Stage.class);

  synchronized void add(Stage stage, long spentNanos) {
    nanos.merge(stage, spentNanos, Long::sum);
  }

  /** Adds the time since {@code startNanos} and returns now. */
  long lap(Stage stage, long startNanos) {
    long now = System.nanoTime();
    add(stage, now - startNanos);
    return now;
  }

  synchronized Map<String, Long> toMap() {
    Map<String, Long> map = new LinkedHashMap<>();
    nanos.forEach(
        (stage, spent) -> map.put(stage.name().toLowerCase(java.util.Locale.ROOT), spent));
    return map;
  }
}
