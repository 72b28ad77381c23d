package dev.zoopress.jobs.compress;

import java.io.IOException;
import java.util.Objects;
import org.apache.spark.sql.SparkSession;

/** Compresses a source into a store. */
public final class CompressJob {
  private final SparkSession spark;
  private final CompressOptions options;
  private final Progress progress;

  public CompressJob(SparkSession spark, CompressOptions options, Progress progress) {
    this.spark = Objects.requireNonNull(spark);
    this.options = Objects.requireNonNull(options);
    this.progress = Objects.requireNonNull(progress);
  }

  /**
   * Runs to the end; models that fail are part of the result.
   *
   * @throws IOException if source or store cannot be used
   */
  public CompressResult execute() throws IOException {
    throw new UnsupportedOperationException(spark + " " + options + progress);
  }
}
