package dev.zoopress.jobs.compress;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * Shows people how far a run is. Accumulators may count retries twice: no result comes from here.
 */
public final class ProgressMeter implements AutoCloseable {
  private static final long PERIOD_MILLIS = 500;

  private final Progress progress;
  private final LongAccumulator done;
  private final LongAccumulator stored;
  private final LongAccumulator chunks;
  private final Thread thread;
  private final Map<String, Long> wallNanos = new LinkedHashMap<>();
  private long stageStart = System.nanoTime();
  private volatile Progress.Snapshot stage = new Progress.Snapshot("scan", 0, 0, 0, 0, 0);

  public ProgressMeter(SparkContext sc, Progress progress) {
    this.progress = progress;
    this.done = sc.longAccumulator("source bytes read");
    this.stored = sc.longAccumulator("stored bytes");
    this.chunks = sc.longAccumulator("chunks");
    this.thread = new Thread(this::loop, "compress-progress");
    thread.setDaemon(true);
    if (progress != Progress.NONE) {
      thread.start();
    }
  }

  LongAccumulator done() {
    return done;
  }

  LongAccumulator stored() {
    return stored;
  }

  LongAccumulator chunks() {
    return chunks;
  }

  public void stage(String name, long totalBytes, long totalFiles) {
    lap();
    stage = new Progress.Snapshot(name, 0, totalBytes, 0, totalFiles, 0);
    report();
  }

  private void lap() {
    long now = System.nanoTime();
    wallNanos.merge(stage.stage(), now - stageStart, Long::sum);
    stageStart = now;
  }

  /** Wall time of each stage until now. */
  public Map<String, Long> wallNanos() {
    lap();
    return wallNanos;
  }

  private void loop() {
    try {
      while (true) {
        report();
        Thread.sleep(PERIOD_MILLIS);
      }
    } catch (InterruptedException e) {
      report();
    }
  }

  private void report() {
    Progress.Snapshot s = stage;
    progress.update(
        new Progress.Snapshot(
            s.stage(),
            s.totalBytes() == 0 ? 0 : Math.min(done.value(), s.totalBytes()),
            s.totalBytes(),
            0,
            s.totalFiles(),
            stored.value(),
            chunks.value()));
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
