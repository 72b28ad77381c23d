package dev.zoopress.jobs.serve;

import dev.zoopress.codec.pack.ChunkCache;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counters of a server, in Prometheus' text format. Thread-safe. */
final class HubMetrics {
  private final LongAdder[] byClass = new LongAdder[6];
  private final LongAdder sentBytes = new LongAdder();
  private final LongAdder requestNanos = new LongAdder();
  private final LongAdder brokenOff = new LongAdder();
  private final AtomicLong active = new AtomicLong();

  private final FileSender files;
  private final Limits limits;

  HubMetrics(FileSender files, Limits limits) {
    this.files = files;
    this.limits = limits;
    for (int i = 0; i < byClass.length; i++) {
      byClass[i] = new LongAdder();
    }
  }

  void started() {
    active.incrementAndGet();
  }

  void finished(int status, long bytes, long nanos) {
    active.decrementAndGet();
    byClass[Math.min(5, Math.max(0, status / 100))].increment();
    sentBytes.add(bytes);
    requestNanos.add(nanos);
  }

  /** A transfer that the client, the network or the store ended before its time. */
  void brokenOff() {
    brokenOff.increment();
  }

  String text() {
    ChunkCache cache = files.cache();
    StringBuilder out = new StringBuilder();
    out.append("# HELP zoopress_requests_total Requests answered, by status class.\n");
    out.append("# TYPE zoopress_requests_total counter\n");
    for (int i = 1; i < byClass.length; i++) {
      out.append("zoopress_requests_total{status=\"")
          .append(i)
          .append("xx\"} ")
          .append(byClass[i].sum())
          .append('\n');
    }
    line(out, "zoopress_requests_active", "gauge", "Requests in progress.", active.get());
    line(out, "zoopress_sent_bytes_total", "counter", "Bytes of files sent.", sentBytes.sum());
    line(
        out,
        "zoopress_broken_off_total",
        "counter",
        "Transfers that ended early.",
        brokenOff.sum());
    line(out, "zoopress_cache_bytes", "gauge", "Decoded bytes held.", cache.bytes());
    line(out, "zoopress_cache_hits_total", "counter", "Windows found in the cache.", cache.hits());
    line(out, "zoopress_cache_misses_total", "counter", "Windows decoded.", cache.misses());
    line(
        out, "zoopress_ahead_bytes", "gauge", "Buffers of long transfers.", files.pieces().bytes());
    line(
        out,
        "zoopress_memory_bound_bytes",
        "gauge",
        "What buffers, caches and manifests take at most.",
        limits.boundBytes());
    Runtime jvm = Runtime.getRuntime();
    line(
        out,
        "zoopress_heap_used_bytes",
        "gauge",
        "Heap in use, garbage included.",
        jvm.totalMemory() - jvm.freeMemory());
    line(out, "zoopress_heap_max_bytes", "gauge", "Heap allowed.", jvm.maxMemory());
    out.append("# HELP zoopress_request_seconds_total Time spent on requests.\n");
    out.append("# TYPE zoopress_request_seconds_total counter\n");
    out.append(
        String.format(
            Locale.ROOT, "zoopress_request_seconds_total %.6f%n", requestNanos.sum() / 1e9));
    return out.toString();
  }

  private static void line(StringBuilder out, String name, String type, String help, long value) {
    out.append("# HELP ").append(name).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    out.append(name).append(' ').append(value).append('\n');
  }
}
