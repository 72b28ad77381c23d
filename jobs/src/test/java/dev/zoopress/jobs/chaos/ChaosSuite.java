package dev.zoopress.jobs.chaos;

import dev.zoopress.jobs.store.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/**
 * Runs many interleavings: {@code ChaosSuite local|s3 FOLDER COUNT FIRST-SEED}; or every {@link
 * Sweep} of a name, at each STRIDE-th operation: {@code ChaosSuite sweep FOLDER STRIDE [NAMES]}.
 */
public final class ChaosSuite {
  private ChaosSuite() {}

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[1]);
    int count = Integer.parseInt(args[2]);
    SparkSession spark =
        SparkSession.builder()
            .master("local[8]")
            .appName("chaos")
            .config("spark.default.parallelism", "1")
            .config("spark.sql.codegen.wholeStage", "false")
            .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
            .config("spark.sql.adaptive.enabled", "false")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .getOrCreate();
    spark.sparkContext().setLogLevel("OFF");
    int failed = 0;
    if (args[0].equals("s3")) {
      try (S3Server server = S3Server.start(Files.createDirectories(folder.resolve("s3")))) {
        Configuration conf = server.hadoopConf();
        conf.setBoolean("fs.s3a.impl.disable.cache", false);
        failed = run(spark, folder, count, Long.parseLong(args[3]), server.bucket("chaos"), conf);
      }
    } else if (args[0].equals("sweep")) {
      for (Sweep sweep : Sweep.ALL) {
        if (args.length < 4 || sweep.name().matches(args[3])) {
          failed += sweep(spark, folder, count, sweep);
        }
      }
    } else {
      failed = run(spark, folder, count, Long.parseLong(args[3]), "", new Configuration());
    }
    System.exit(failed > 0 ? 1 : 0);
  }

  private static int run(
      SparkSession spark, Path folder, int count, long first, String bucket, Configuration conf)
      throws IOException {
    Coverage coverage = new Coverage();
    int failed = 0;
    for (long seed = first; seed < first + count; seed++) {
      long start = System.nanoTime();
      Path dir = Files.createDirectories(folder.resolve("i" + seed));
      String store = bucket.isEmpty() ? dir.resolve("store").toString() : bucket + "/s" + seed;
      try {
        new Interleaving(spark, seed, dir, store, conf, Actor.Sleep.PROCESS, coverage).run();
        remove(dir);
      } catch (Throwable t) {
        failed++;
        t.printStackTrace(System.out);
      }
      System.out.printf(
          "seed %d: %.1f s, %d failed, %s%n",
          seed, (System.nanoTime() - start) / 1e9, failed, coverage);
    }
    System.out.printf("%d interleavings, %d failed: %s%n", count, failed, coverage);
    return failed;
  }

  private static int sweep(SparkSession spark, Path folder, int stride, Sweep sweep)
      throws IOException {
    Coverage coverage = new Coverage();
    int failed = 0;
    boolean met = true;
    int at = 1;
    for (; met; at += stride) {
      Path dir = Files.createDirectories(folder.resolve(sweep.name() + at));
      try {
        met =
            sweep.play(
                new Interleaving(
                    spark,
                    at,
                    dir,
                    dir.resolve("store").toString(),
                    new Configuration(),
                    Actor.Sleep.PROCESS,
                    coverage),
                at);
        remove(dir);
      } catch (Throwable t) {
        failed++;
        t.printStackTrace(System.out);
      }
    }
    System.out.printf(
        "%s at each of its operations up to %d, %d failed: %s%n",
        sweep.name(), at - stride, failed, coverage);
    return failed;
  }

  private static void remove(Path dir) throws IOException {
    try (var files = Files.walk(dir)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
