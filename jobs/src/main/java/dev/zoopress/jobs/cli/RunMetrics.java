package dev.zoopress.jobs.cli;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import dev.zoopress.jobs.compress.Progress;
import java.util.function.ToLongFunction;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.source.Source;

/**
 * How far the command is, for the sinks of Spark's metrics system, Prometheus among them: source
 * {@code zoopress} of the driver. Gauges follow what people are shown.
 */
final class RunMetrics implements Source, Progress {
  private final MetricRegistry registry = new MetricRegistry();
  private final Progress next;
  private volatile Snapshot now = new Snapshot("start", 0, 0, 0, 0, 0);

  /**
   * @param next who is told too
   */
  RunMetrics(Progress next) {
    this.next = next;
    gauge("bytes.done", Snapshot::doneBytes);
    gauge("bytes.total", Snapshot::totalBytes);
    gauge("bytes.stored", Snapshot::storedBytes);
    gauge("chunks.done", Snapshot::doneChunks);
    gauge("files.done", Snapshot::doneFiles);
    gauge("files.total", Snapshot::totalFiles);
    registry.gauge("saved", () -> (Gauge<Double>) () -> saved(now));
  }

  private void gauge(String name, ToLongFunction<Snapshot> value) {
    registry.gauge(name, () -> (Gauge<Long>) () -> value.applyAsLong(now));
  }

  /** Share of the bytes done so far that need not be stored. */
  private static double saved(Snapshot s) {
    return s.doneBytes() == 0 || s.storedBytes() == 0
        ? 0
        : 1 - (double) s.storedBytes() / s.doneBytes();
  }

  void register() {
    SparkEnv.get().metricsSystem().registerSource(this);
  }

  void remove() {
    if (SparkEnv.get() != null) {
      SparkEnv.get().metricsSystem().removeSource(this);
    }
  }

  @Override
  public void update(Snapshot snapshot) {
    now = snapshot;
    next.update(snapshot);
  }

  @Override
  public String sourceName() {
    return "zoopress";
  }

  @Override
  public MetricRegistry metricRegistry() {
    return registry;
  }
}
