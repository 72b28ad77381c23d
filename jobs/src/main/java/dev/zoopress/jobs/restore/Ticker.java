package dev.zoopress.jobs.restore;

import dev.zoopress.jobs.compress.Progress;
import java.io.Closeable;
import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/** Passes on twice a second what tasks have counted; for people only, results do not use it. */
public final class Ticker implements Closeable {
  private static final long PERIOD_MILLIS = 500;

  private final Counters counters;
  private final Thread thread;

  /** What tasks count. */
  public record Counters(LongAccumulator bytes, LongAccumulator files) implements Serializable {
    public void add(long moreBytes, long moreFiles) {
      bytes.add(moreBytes);
      files.add(moreFiles);
    }
  }

  /** Starts to pass on the counters of a stage until it is closed. */
  public Ticker(
      SparkContext spark, Progress progress, String stage, long totalBytes, long totalFiles) {
    counters = new Counters(spark.longAccumulator(), spark.longAccumulator());
    thread = new Thread(() -> tick(progress, stage, totalBytes, totalFiles), "progress");
    thread.setDaemon(true);
    thread.start();
  }

  public Counters counters() {
    return counters;
  }

  private void tick(Progress progress, String stage, long totalBytes, long totalFiles) {
    try {
      while (true) {
        progress.update(
            new Progress.Snapshot(
                stage, counters.bytes.value(), totalBytes, counters.files.value(), totalFiles, 0));
        Thread.sleep(PERIOD_MILLIS);
      }
    } catch (InterruptedException e) {
      return;
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
