package dev.zoopress.jobs.store;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;

/** A real S3 server in a process of its own; see {@code src/test/scripts/s3proxy}. */
public final class S3Server implements AutoCloseable {
  public static final String ACCESS_KEY = "local-identity";
  public static final String SECRET_KEY = "local-credential";
  private static final long START_SECONDS = 240;

  private final Process process;
  private final int port;
  private final Path folder;

  private S3Server(Process process, int port, Path folder) {
    this.process = process;
    this.port = port;
    this.folder = folder;
  }

  /**
   * Starts a server whose buckets are the folders below {@code folder}.
   *
   * @throws IOException if it cannot be had here (no network for its packages, no bash)
   */
  public static S3Server start(Path folder) throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Path script = Path.of("src/test/scripts/s3proxy").toAbsolutePath();
    Path log = Files.createTempFile("s3proxy", ".log");
    Process process =
        new ProcessBuilder(script.toString(), String.valueOf(port), folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    S3Server server = new S3Server(process, port, folder);
    try {
      server.await(log);
      return server;
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private void await(Path log) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (System.nanoTime() < end && process.isAlive()) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
        return;
      } catch (IOException e) {
        Attempts.pause(100);
      }
    }
    throw new IOException("the S3 server did not start: " + Files.readString(log));
  }

  /** Makes an empty bucket and returns its {@code s3a:} URI. */
  public String bucket(String name) throws IOException {
    Files.createDirectories(folder.resolve(name));
    return "s3a://" + name;
  }

  public String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  /** Settings for S3A: this endpoint and its keys, few retries, parts of 5 MiB. */
  public Configuration hadoopConf() {
    Configuration conf = new Configuration();
    conf.set("fs.s3a.endpoint", endpoint());
    conf.set("fs.s3a.endpoint.region", "us-east-1");
    conf.setBoolean("fs.s3a.path.style.access", true);
    conf.setBoolean("fs.s3a.connection.ssl.enabled", false);
    conf.set("fs.s3a.access.key", ACCESS_KEY);
    conf.set("fs.s3a.secret.key", SECRET_KEY);
    conf.set(
        "fs.s3a.aws.credentials.provider", "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider");
    conf.set("fs.s3a.multipart.size", "5M");
    conf.set("fs.s3a.multipart.threshold", "5M");
    conf.setInt("fs.s3a.bucket.probe", 0);
    conf.setInt("fs.s3a.retry.limit", 2);
    conf.set("fs.s3a.retry.interval", "100ms");
    conf.setInt("fs.s3a.attempts.maximum", 2);
    conf.setBoolean("fs.s3a.impl.disable.cache", true);
    return conf;
  }

  /** Ends the server as a crash would. */
  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
