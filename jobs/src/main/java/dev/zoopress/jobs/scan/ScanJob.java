package dev.zoopress.jobs.scan;

import java.io.IOException;
import java.util.Objects;
import org.apache.spark.sql.SparkSession;

/** Looks at a source without changing anything: models, files, formats, element types. */
public final class ScanJob {
  private final SparkSession spark;
  private final String source;

  public ScanJob(SparkSession spark, String source) {
    this.spark = Objects.requireNonNull(spark);
    this.source = Objects.requireNonNull(source);
  }

  /**
   * Lists every model and reads the headers of its files.
   *
   * @throws IOException if the source cannot be listed
   */
  public ScanResult execute() throws IOException {
    throw new UnsupportedOperationException(spark + source);
  }
}
