package dev.zoopress.jobs.faults;

import dev.zoopress.jobs.store.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/**
 * Injects faults of every kind into runs over S3: {@code FaultSuite SOURCE FOLDER COUNT SHARE SEED
 * [KIND...]}. Prints a table; exit 1 if anything was lost, wrong or not explained.
 */
public final class FaultSuite {
  private FaultSuite() {}

  public static void main(String[] args) throws Exception {
    Path source = Path.of(args[0]);
    Path folder = Path.of(args[1]);
    int count = Integer.parseInt(args[2]);
    double share = Double.parseDouble(args[3]);
    long seed = Long.parseLong(args[4]);
    List<Fault> kinds = new ArrayList<>();
    for (int i = 5; i < args.length; i++) {
      kinds.add(Fault.valueOf(args[i]));
    }
    boolean failed = false;
    try (S3Server server = S3Server.start(Files.createDirectories(folder.resolve("s3")));
        FaultProxy proxy = new FaultProxy(server.endpoint())) {
      String bucket = server.bucket("faults");
      FaultSpark.start(proxy.endpoint(), folder, "local[2]", Map.of());
      for (Fault fault : kinds.isEmpty() ? List.of(Fault.values()) : kinds) {
        FaultRow row = new FaultRow(fault.name());
        long start = System.nanoTime();
        for (int life = 0; row.injected() < count && row.complaints().size() < 20; life++) {
          String name = fault.name().toLowerCase(java.util.Locale.ROOT) + life;
          new FaultRun(
                  proxy,
                  List.of(fault),
                  share,
                  seed + life,
                  folder.resolve(name),
                  bucket + "/" + name,
                  source,
                  row)
              .run();
          FaultZoo.clear(folder.resolve("s3/faults/" + name));
        }
        System.out.printf("%s  (%.0f s)%n", row.markdown(), (System.nanoTime() - start) / 1e9);
        row.lastLines().forEach((line, n) -> System.out.println("    " + n + " x " + line));
        row.complaints().forEach(c -> System.out.println("    COMPLAINT " + c));
        failed |= !row.complaints().isEmpty();
      }
    } catch (Throwable t) {
      t.printStackTrace(System.out);
      failed = true;
    }
    SparkSession.active().stop();
    System.exit(failed ? 1 : 0);
  }
}
