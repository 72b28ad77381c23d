package dev.zoopress.jobs.faults;

import dev.zoopress.jobs.store.S3Server;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;

/** A session whose S3 lies behind a proxy. */
final class FaultSpark {
  private FaultSpark() {}

  /** As a user sets them: the client's own retries, the cached file system; small parts. */
  static Map<String, String> settings(String endpoint, Path folder) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("fs.s3a.endpoint", endpoint);
    settings.put("fs.s3a.endpoint.region", "us-east-1");
    settings.put("fs.s3a.path.style.access", "true");
    settings.put("fs.s3a.access.key", S3Server.ACCESS_KEY);
    settings.put("fs.s3a.secret.key", S3Server.SECRET_KEY);
    settings.put("fs.s3a.multipart.size", "5M");
    settings.put("fs.s3a.multipart.threshold", "5M");
    settings.put("hadoop.tmp.dir", folder.resolve("hadoop").toString());
    return settings;
  }

  static SparkSession start(String endpoint, Path folder, String master, Map<String, String> more) {
    SparkSession.Builder builder =
        SparkSession.builder()
            .master(master)
            .appName("faults")
            .config("spark.ui.enabled", "false")
            // A machine that stands still for minutes is no lost executor.
            .config("spark.network.timeout", "3600s")
            .config("spark.sql.shuffle.partitions", "4")
            .config("spark.local.dir", folder.resolve("spark").toString())
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1");
    settings(endpoint, folder).forEach((k, v) -> builder.config("spark.hadoop." + k, v));
    more.forEach(builder::config);
    SparkSession spark = builder.getOrCreate();
    spark.sparkContext().setLogLevel("OFF");
    return spark;
  }
}
