package dev.zoopress.jobs.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zoopress.jobs.SmallStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many clients, slow clients, clients that vanish, and a server that is told to stop. */
final class HubLoadTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final String LARGE = "/org/model/resolve/main/model.safetensors";
  private static final long AHEAD = 6L * Pieces.PIECE_BYTES;
  private static final long CACHE = 3 << 20;

  private final MemoryModels models = new MemoryModels();
  private final byte[] weights = new byte[(45 << 20) + 12345];
  private final List<Socket> sockets = new ArrayList<>();
  private HubServer server;
  private HubClient client;

  @BeforeEach
  void fill() throws Exception {
    new Random(11).nextBytes(weights);
    models.add("org/model", COMMIT, Map.of("model.safetensors", weights, "small", new byte[99]));
  }

  private void serve(int workers, Duration stall) {
    Limits limits = new Limits(workers, CACHE, AHEAD, 2, stall, Duration.ofSeconds(2));
    server = new HubServer(new HubServer.Address("127.0.0.1", 0, "", null), limits, models, models);
    client = new HubClient(server.port());
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    server.close();
  }

  private void slowClients(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      sockets.add(client.askAndWait(LARGE));
    }
    // Each has got its first bytes: all of them are under way.
    for (Socket socket : sockets) {
      assertThat(socket.getInputStream().read()).isPositive();
    }
  }

  @Test
  void slowClientsCostWhatTheyHoldAndKeepNobodyOut() throws Exception {
    serve(64, Duration.ofSeconds(60));
    slowClients(32);
    int opened = models.opened();
    assertThat(client.metric("zoopress_requests_active")).isGreaterThanOrEqualTo(32);
    assertThat(client.metric("zoopress_ahead_bytes")).isPositive().isLessThanOrEqualTo(AHEAD);
    HttpResponse<byte[]> quick = client.ask("GET", LARGE);
    assertThat(Arrays.equals(quick.body(), weights)).isTrue();
    assertThat(client.metric("zoopress_ahead_bytes")).isLessThanOrEqualTo(AHEAD);
    assertThat(client.metric("zoopress_cache_bytes")).isLessThanOrEqualTo(CACHE);
    // Nothing is decoded for clients that do not take it.
    assertThat(models.opened() - opened).isLessThan(64);
    // A slow client that goes on gets all of it.
    InputStream in = sockets.get(0).getInputStream();
    in.skipNBytes(answerLength(in) - 1);
  }

  /** Reads the head, whose first byte was read already. */
  private long answerLength(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder("H");
    while (!head.toString().endsWith("\r\n\r\n")) {
      head.append((char) in.read());
    }
    assertThat(head.toString()).contains("200 OK").contains("Content-Length: " + weights.length);
    return weights.length;
  }

  @Test
  void healthIsAnsweredWhileEveryWorkerIsTaken() throws Exception {
    serve(2, Duration.ofSeconds(60));
    slowClients(2);
    CompletableFuture<HttpResponse<byte[]>> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return client.ask("GET", "/org/model/resolve/main/small");
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    assertThat(client.ask("GET", "/healthz").statusCode()).isEqualTo(200);
    assertThat(waiting.isDone()).isFalse();
    sockets.remove(0).close();
    assertThat(waiting.join().statusCode()).isEqualTo(200);
  }

  @Test
  void aClientThatTakesNothingLosesItsPlace() throws Exception {
    serve(1, Duration.ofMillis(700));
    slowClients(1);
    assertThat(client.ask("GET", "/org/model/resolve/main/small").statusCode()).isEqualTo(200);
    assertThat(client.metric("zoopress_broken_off_total")).isEqualTo(1);
  }

  @Test
  void aClientThatTakesLittleKeepsItsPlace() throws Exception {
    serve(1, Duration.ofMillis(1500));
    slowClients(1);
    InputStream in = sockets.get(0).getInputStream();
    long left = answerLength(in);
    for (int i = 0; i < 40; i++) {
      left -= in.readNBytes(1 << 18).length;
      Thread.sleep(100);
    }
    in.skipNBytes(left);
    assertThat(client.metric("zoopress_broken_off_total")).isZero();
  }

  @Test
  void clientsThatWantTheSameShareWhatIsDecoded() throws Exception {
    serve(64, Duration.ofSeconds(60));
    List<CompletableFuture<String>> answers = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      answers.add(client.sha256(LARGE));
    }
    String expected = SmallStore.sha256(weights);
    assertThat(answers).allSatisfy(answer -> assertThat(answer.join()).isEqualTo(expected));
    assertThat(client.metric("zoopress_sent_bytes_total")).isEqualTo(16L * weights.length);
    assertThat(client.metric("zoopress_ahead_bytes")).isLessThanOrEqualTo(AHEAD);
  }

  @Test
  void aCutDownloadIsResumedWhereItStopped() throws Exception {
    serve(8, Duration.ofSeconds(60));
    slowClients(1);
    sockets.get(0).close();
    int half = weights.length / 2 + 1;
    HttpResponse<byte[]> rest = client.ask("GET", LARGE, "Range", "bytes=" + half + "-");
    assertThat(rest.statusCode()).isEqualTo(206);
    assertThat(Arrays.equals(rest.body(), Arrays.copyOfRange(weights, half, weights.length)))
        .isTrue();
  }

  @Test
  void stopLetsATransferEndAndRefusesNewOnes() throws Exception {
    serve(8, Duration.ofSeconds(60));
    slowClients(1);
    CompletableFuture<Void> stopping = CompletableFuture.runAsync(server::close);
    int status = 200;
    for (int i = 0; i < 200 && status == 200; i++) {
      status = client.ask("GET", "/org/model/resolve/main/small").statusCode();
      Thread.sleep(10);
    }
    assertThat(status).isEqualTo(503);
    assertThat(stopping.isDone()).isFalse();
    InputStream in = sockets.get(0).getInputStream();
    long length = answerLength(in);
    byte[] got = in.readNBytes((int) length);
    assertThat(Arrays.equals(got, weights)).isTrue();
    stopping.join();
  }

  @Test
  void damageBreaksALongTransferOff() throws Exception {
    serve(8, Duration.ofSeconds(60));
    models.damage();
    HttpResponse<byte[]> answer = null;
    try {
      answer = client.ask("GET", LARGE);
    } catch (IOException cut) {
      assertThat(client.metric("zoopress_broken_off_total")).isEqualTo(1);
    }
    assertThat(answer == null || answer.statusCode() == 500).isTrue();
    // The server goes on.
    assertThat(client.ask("GET", "/healthz").statusCode()).isEqualTo(200);
  }
}
