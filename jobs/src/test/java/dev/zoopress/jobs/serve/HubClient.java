package dev.zoopress.jobs.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Asks a server on loopback over real HTTP. */
record HubClient(int port) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ExecutorService CLIENTS =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "client");
            thread.setDaemon(true);
            return thread;
          });
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  HttpResponse<byte[]> ask(String method, String path, String... headers)
      throws IOException, InterruptedException {
    return send(method, path, HttpRequest.BodyPublishers.noBody(), headers);
  }

  HttpResponse<byte[]> send(
      String method, String path, HttpRequest.BodyPublisher body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).method(method, body);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  JsonNode json(String path) throws IOException, InterruptedException {
    return JSON.readTree(ask("GET", path).body());
  }

  String text(String path) throws IOException, InterruptedException {
    return new String(ask("GET", path).body(), StandardCharsets.UTF_8);
  }

  /** The value of a metric. */
  long metric(String name) throws IOException, InterruptedException {
    return text("/metrics")
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToLong(line -> Math.round(Double.parseDouble(line.substring(name.length() + 1))))
        .findFirst()
        .orElseThrow();
  }

  /** SHA-256 of the file, which is not kept; to be called by many at once. */
  CompletableFuture<String> sha256(String path) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (InputStream in =
              HTTP.send(
                      HttpRequest.newBuilder(uri(path)).build(),
                      HttpResponse.BodyHandlers.ofInputStream())
                  .body()) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] part = new byte[1 << 16];
            for (int count = in.read(part); count >= 0; count = in.read(part)) {
              digest.update(part, 0, count);
            }
            return HexFormat.of().formatHex(digest.digest());
          } catch (IOException | InterruptedException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
          }
        },
        CLIENTS);
  }

  /** Asks for a file and reads nothing of the answer. */
  Socket askAndWait(String path) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new java.net.InetSocketAddress("127.0.0.1", port));
    String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse(null);
  }
}
