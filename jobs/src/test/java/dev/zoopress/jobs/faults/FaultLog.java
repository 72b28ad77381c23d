package dev.zoopress.jobs.faults;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** Counts faults, and requests that came again after one. Thread-safe. */
public final class FaultLog {
  private final Map<Fault, Integer> injected = new EnumMap<>(Fault.class);
  private final Map<Fault, Integer> repeated = new EnumMap<>(Fault.class);
  private final Map<String, Fault> failed = new HashMap<>();
  private long requests;

  private static String name(HttpHead request) {
    return request.lines().get(0) + " " + request.header("range");
  }

  synchronized void seen(HttpHead request) {
    requests++;
    Fault fault = failed.remove(name(request));
    if (fault != null) {
      repeated.merge(fault, 1, Integer::sum);
    }
  }

  synchronized void injected(Fault fault, HttpHead request) {
    injected.merge(fault, 1, Integer::sum);
    failed.put(name(request), fault);
  }

  /** Forgets which requests may come again: a new command begins. */
  public synchronized void begin() {
    failed.clear();
  }

  public synchronized long requests() {
    return requests;
  }

  public synchronized int injected() {
    return injected.values().stream().mapToInt(Integer::intValue).sum();
  }

  public synchronized int injected(Fault fault) {
    return injected.getOrDefault(fault, 0);
  }

  /** How many of the faulted requests the client sent again. */
  public synchronized int repeated() {
    return repeated.values().stream().mapToInt(Integer::intValue).sum();
  }
}
