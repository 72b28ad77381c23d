package dev.zoopress.jobs.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class S3StoreTest extends AbstractObjectStoreTest {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static S3Server server;
  private static String root;

  @BeforeAll
  static void start(@TempDir Path data) {
    try {
      server = S3Server.start(data);
      root = server.bucket("zoo-bucket");
    } catch (IOException e) {
      Assumptions.abort("SKIPPED, no S3 server here: " + e.getMessage());
    }
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  /** Each test has a prefix of its own. */
  @Override
  void prepare() {
    COUNT.incrementAndGet();
  }

  @Override
  ObjectStore open() throws IOException {
    return Stores.open(root + "/store" + COUNT.get(), server.hadoopConf());
  }

  @Override
  int largeBytes() {
    return 11 << 20;
  }

  @Test
  void theServerDecidesWhoCreates() {
    assertThat(((HadoopStore) store).rule()).isEqualTo(CreateRule.CONDITIONAL);
  }

  @Test
  void wrongKeysAreSaidSoAndNotShown() throws IOException {
    Configuration conf = server.hadoopConf();
    conf.set("fs.s3a.secret.key", "not-the-secret-key");
    try (ObjectStore wrong = Stores.open(root, conf)) {
      assertThatThrownBy(() -> wrong.get("zoopress.json", 100))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("zoopress.json")
          .hasMessageContaining("credentials")
          .message()
          .doesNotContain("not-the-secret-key");
    }
  }

  @Test
  void aMissingBucketIsSaidSo() throws IOException {
    try (ObjectStore wrong = Stores.open("s3a://no-such-bucket/x", server.hadoopConf())) {
      assertThatThrownBy(() -> wrong.putIfAbsent("a", bytes("a")))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("no such bucket");
    }
  }

  @Test
  void aServerThatIsGoneIsSaidSo() throws IOException {
    Configuration conf = server.hadoopConf();
    conf.set("fs.s3a.endpoint", "http://127.0.0.1:1");
    try (ObjectStore gone = Stores.open(root, conf)) {
      assertThatThrownBy(() -> gone.get("a", 10))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("cannot be reached");
    }
  }
}
