package dev.zoopress.jobs.chaos;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what the interleavings met, so that a suite that tries nothing shows. */
final class Coverage {
  private final Map<String, AtomicLong> counts = new ConcurrentSkipListMap<>();

  void add(String what, long count) {
    counts.computeIfAbsent(what, w -> new AtomicLong()).addAndGet(count);
  }

  void most(String what, long count) {
    counts.computeIfAbsent(what, w -> new AtomicLong()).accumulateAndGet(count, Math::max);
  }

  long count(String what) {
    return counts.containsKey(what) ? counts.get(what).get() : 0;
  }

  @Override
  public String toString() {
    return counts.toString();
  }
}
