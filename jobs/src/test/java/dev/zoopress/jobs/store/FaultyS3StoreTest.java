package dev.zoopress.jobs.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.jobs.faults.Fault;
import dev.zoopress.jobs.faults.FaultPlan;
import dev.zoopress.jobs.faults.FaultProxy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** What a store must do, it does where every tenth request meets a fault that passes. */
class FaultyS3StoreTest extends AbstractObjectStoreTest {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final List<Fault> FAULTS =
      List.of(
          Fault.SLOW_DOWN,
          Fault.SERVER_ERROR,
          Fault.RESET,
          Fault.CUT_UPLOAD,
          Fault.CUT_ANSWER,
          Fault.LOST_ANSWER,
          Fault.TAKEN,
          Fault.CONFLICT);

  private static S3Server server;
  private static FaultProxy proxy;
  private static String root;

  @BeforeAll
  static void start(@TempDir Path data) {
    try {
      server = S3Server.start(data);
      root = server.bucket("zoo-bucket");
      proxy = new FaultProxy(server.endpoint());
      proxy.follow(FaultPlan.some(1, 0.1, FAULTS));
    } catch (IOException e) {
      Assumptions.abort("SKIPPED, no S3 server here: " + e.getMessage());
    }
  }

  @AfterAll
  static void stop() throws IOException {
    if (proxy != null) {
      for (Fault fault : FAULTS) {
        assertThat(proxy.log().injected(fault)).as(fault.name()).isPositive();
      }
      proxy.close();
    }
    if (server != null) {
      server.close();
    }
  }

  @Override
  void prepare() {
    COUNT.incrementAndGet();
  }

  @Override
  ObjectStore open() throws IOException {
    Configuration conf = server.hadoopConf();
    conf.set("fs.s3a.endpoint", proxy.endpoint());
    // The client's own patience, in less time.
    conf.unset("fs.s3a.retry.limit");
    conf.unset("fs.s3a.attempts.maximum");
    conf.set("fs.s3a.retry.interval", "10ms");
    conf.set("fs.s3a.retry.throttle.interval", "10ms");
    return Stores.open(root + "/store" + COUNT.get(), conf);
  }

  @Override
  int largeBytes() {
    return 11 << 20;
  }
}
