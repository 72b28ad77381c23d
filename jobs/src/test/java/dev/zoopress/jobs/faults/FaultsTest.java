package dev.zoopress.jobs.faults;

import static dev.zoopress.jobs.compress.SmallZoo.weights;
import static dev.zoopress.jobs.compress.SmallZoo.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.jobs.TestSpark;
import dev.zoopress.jobs.store.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short slice of {@link FaultSuite}: a store's life over S3 with faults. */
final class FaultsTest {
  @TempDir static Path dir;
  private static S3Server server;
  private static FaultProxy proxy;
  private static Path source;

  @BeforeAll
  static void start() throws IOException {
    try {
      server = S3Server.start(Files.createDirectories(dir.resolve("s3")));
    } catch (IOException e) {
      Assumptions.abort("SKIPPED, no S3 server here: " + e.getMessage());
    }
    proxy = new FaultProxy(server.endpoint());
    server.bucket("faults");
    source = dir.resolve("source");
    write(source.resolve("a/config.json"), "{}");
    write(source.resolve("a/model.bin"), weights(1, 100_000));
    write(source.resolve("b/model.bin"), weights(2, 30_000));
    Configuration conf = TestSpark.session().sparkContext().hadoopConfiguration();
    FaultSpark.settings(proxy.endpoint(), dir).forEach(conf::set);
    conf.set("fs.s3a.retry.interval", "20ms");
    conf.set("fs.s3a.retry.throttle.interval", "20ms");
  }

  @AfterAll
  static void stop() throws IOException {
    if (proxy != null) {
      Configuration conf = TestSpark.session().sparkContext().hadoopConfiguration();
      FaultSpark.settings(proxy.endpoint(), dir).keySet().forEach(conf::unset);
      conf.unset("fs.s3a.retry.interval");
      conf.unset("fs.s3a.retry.throttle.interval");
      proxy.close();
    }
    if (server != null) {
      server.close();
    }
  }

  private static FaultRow life(String name, double share, List<Fault> faults) throws IOException {
    FaultRow row = new FaultRow(name);
    FaultRun run =
        new FaultRun(
            proxy, faults, share, 7, dir.resolve(name), "s3a://faults/" + name, source, row);
    if (faults.get(0).lasts()) {
      run.brief();
    } else {
      run.run();
    }
    assertThat(row.complaints()).as(row.markdown()).isEmpty();
    assertThat(row.injected()).isPositive();
    return row;
  }

  @Test
  void whatPassesCostsNothing() throws IOException {
    FaultRow row =
        life(
            "passing",
            0.05,
            List.of(
                Fault.SLOW_DOWN,
                Fault.SERVER_ERROR,
                Fault.RESET,
                Fault.CUT_UPLOAD,
                Fault.CUT_ANSWER,
                Fault.LOST_ANSWER,
                Fault.TAKEN,
                Fault.CONFLICT));
    assertThat(row.lastLines()).as("runs that failed").isEmpty();
  }

  @Test
  void expiredCredentialsAreSaidSo() throws IOException {
    FaultRow row = life("expired", 0, List.of(Fault.EXPIRED));
    assertThat(row.lastLines().keySet()).allMatch(line -> line.contains("credentials"));
  }
}
