package dev.zoopress.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.jobs.SmallStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code serve} as a process of its own. */
final class ServeCommandTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final Pattern ENDPOINT = Pattern.compile("HF_ENDPOINT=(https?://[0-9.:]+)\\s");

  @TempDir Path dir;
  private final byte[] content = new byte[200_000];
  private Process process;

  @BeforeEach
  void store() throws IOException {
    Arrays.fill(content, (byte) 5);
    try (SmallStore store = new SmallStore(dir.resolve("store"), 1 << 20)) {
      store.add("org/model", COMMIT, Map.of("weights.bin", content));
    }
  }

  @AfterEach
  void stop() {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  /** Starts it on a class path from which everything of Spark and Scala was taken. */
  private String start(Map<String, String> environment, String... options)
      throws IOException, InterruptedException {
    String path =
        Arrays.stream(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
            .filter(p -> !p.matches(".*[/\\\\](spark-|scala-|scala3-|metrics-)[^/\\\\]*\\.jar"))
            .collect(Collectors.joining(java.io.File.pathSeparator));
    assertThat(path).doesNotContain("spark-core").contains("undertow");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx300m", "-Djava.net.preferIPv4Stack=true"));
    command.add("-Dlog4j2.configurationFile=" + Path.of("../conf/log4j2.properties"));
    command.addAll(List.of("-cp", path, "dev.zoopress.jobs.cli.Zoopress", "serve"));
    command.addAll(List.of("--store", dir.resolve("store").toString(), "--port", "0"));
    command.addAll(List.of(options));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    Path err = dir.resolve("stderr");
    process = builder.redirectError(err.toFile()).start();
    while (process.isAlive()) {
      Matcher endpoint = ENDPOINT.matcher(Files.readString(err));
      if (endpoint.find()) {
        return endpoint.group(1);
      }
      Thread.sleep(50);
    }
    throw new AssertionError("it did not start: " + Files.readString(err));
  }

  private static HttpResponse<byte[]> get(HttpClient client, String uri, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  @Test
  void servesWithoutSparkLogsRequestsAndStopsWhenItIsTold() throws Exception {
    String endpoint = start(Map.of());
    HttpClient client = HttpClient.newHttpClient();
    String uri = endpoint + "/org/model/resolve/main/weights.bin";
    assertThat(get(client, uri).body()).isEqualTo(content);
    assertThat(get(client, uri, "Range", "bytes=5-8").statusCode()).isEqualTo(206);
    process.destroy();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(143);
    List<String> lines = Files.readAllLines(dir.resolve("stderr"));
    assertThat(lines).anyMatch(l -> l.matches("memory: at most \\d+ MiB, heap \\d+ MiB.*"));
    assertThat(lines)
        .anyMatch(
            l ->
                l.contains("127.0.0.1 \"GET /org/model/resolve/main/weights.bin\" 206 4 ")
                    && l.contains("\"bytes=5-8\" \"Java-http-client"));
  }

  @Test
  void tlsAndTokensByConfiguration() throws Exception {
    Path keys = dir.resolve("keys.p12");
    Path token = dir.resolve("token");
    Files.writeString(token, "hf_secret\n");
    int made =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "SAN=IP:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit",
                "-keystore",
                keys.toString())
            .redirectErrorStream(true)
            .start()
            .waitFor();
    assertThat(made).isZero();
    String endpoint =
        start(
            Map.of("ZOOPRESS_TLS_PASSWORD", "changeit"),
            "--tls-keystore",
            keys.toString(),
            "--token-file",
            token.toString());
    assertThat(endpoint).startsWith("https://");
    HttpClient client = HttpClient.newBuilder().sslContext(trusting(keys)).build();
    String uri = endpoint + "/org/model/resolve/main/weights.bin";
    assertThat(get(client, uri).statusCode()).isEqualTo(401);
    HttpResponse<byte[]> answer = get(client, uri, "Authorization", "Bearer hf_secret");
    assertThat(answer.body()).isEqualTo(content);
    assertThat(dir.resolve("stderr")).content().doesNotContain("hf_secret");
  }

  private static SSLContext trusting(Path keys) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(keys)) {
      store.load(in, "changeit".toCharArray());
    }
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", store.getCertificate("server"));
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  @Test
  void whatCannotBeServedSaysWhy() throws IOException {
    Called open = Called.zoopress("serve", "--store", dir.resolve("store"), "--host", "0.0.0.0");
    assertThat(open.code()).isEqualTo(2);
    assertThat(open.err()).contains("--token-file");
    Called many = Called.zoopress("serve", "--store", dir.resolve("store"), "--workers", "0");
    assertThat(many.code()).isEqualTo(2);
    Called none = Called.zoopress("serve", "--store", dir.resolve("nowhere"), "--port", "0");
    assertThat(none.code()).isEqualTo(10);
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Called busy =
          Called.zoopress("serve", "--store", dir.resolve("store"), "--port", taken.getLocalPort());
      assertThat(busy.code()).isEqualTo(2);
      assertThat(busy.err()).contains(":" + taken.getLocalPort(), "--port");
    }
  }
}
