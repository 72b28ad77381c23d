package dev.zoopress.jobs.compress;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where the time of a task goes. Not thread-safe. */
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

  void add(Stage stage, long spentNanos) {
    nanos.merge(stage, spentNanos, Long::sum);
  }

  /** Adds the time since {@code startNanos} and returns now. */
  long lap(Stage stage, long startNanos) {
    long now = System.nanoTime();
    add(stage, now - startNanos);
    return now;
  }

  Map<String, Long> toMap() {
    Map<String, Long> map = new LinkedHashMap<>();
    nanos.forEach(
        (stage, spent) -> map.put(stage.name().toLowerCase(java.util.Locale.ROOT), spent));
    return map;
  }
}
