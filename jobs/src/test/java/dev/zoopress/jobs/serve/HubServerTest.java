package dev.zoopress.jobs.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.zoopress.jobs.SmallStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The rules of a hub endpoint, asked over real HTTP. */
final class HubServerTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final MemoryModels models = new MemoryModels();
  private final HttpClient client = HttpClient.newHttpClient();
  private final byte[] weights = new byte[(18 << 20) + 12345];
  private HubServer server;

  @BeforeEach
  void start() throws Exception {
    new Random(5).nextBytes(weights);
    models.add(
        "org/model",
        COMMIT,
        Map.of(
            "config.json", "{\"a\":1}".getBytes(),
            "model.safetensors", weights,
            "empty", new byte[0],
            "a folder/ü+%.txt", "odd name".getBytes(),
            "onnx/model.onnx", "onnx".getBytes()));
    models.add("solo", COMMIT, Map.of("config.json", "{}".getBytes()));
    server = serve("");
  }

  private HubServer serve(String token) {
    HubServer.Address address = new HubServer.Address("127.0.0.1", 0, token, null);
    return new HubServer(address, Limits.of(2, 1 << 28), models, models);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpResponse<byte[]> ask(String method, String path, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse(null);
  }

  @Test
  void headTellsWhatGetGives() throws Exception {
    for (String revision : List.of("main", "HEAD", COMMIT, "refs%2Fpr%2F1")) {
      HttpResponse<byte[]> head =
          ask("HEAD", "/org/model/resolve/" + revision + "/model.safetensors");
      assertThat(head.statusCode()).isEqualTo(200);
      assertThat(header(head, "Content-Length")).isEqualTo(String.valueOf(weights.length));
      assertThat(header(head, "ETag")).matches("\"[0-9a-f]{64}\"");
      assertThat(header(head, "X-Repo-Commit")).isEqualTo(COMMIT);
      assertThat(header(head, "Content-Encoding")).isNull();
      assertThat(header(head, "Location")).isNull();
    }
    HttpResponse<byte[]> get = ask("GET", "/org/model/resolve/main/model.safetensors");
    assertThat(Arrays.equals(get.body(), weights)).isTrue();
    assertThat(header(ask("HEAD", "/solo/raw/main/config.json"), "ETag"))
        .matches("\"[0-9a-f]{40}\"");
  }

  @Test
  void rangesAreExact() throws Exception {
    int size = weights.length;
    int[][] ranges = {
      {0, 0},
      {0, 65535},
      {(16 << 20) - 10, (16 << 20) + 10},
      {size - 1, size - 1},
      {1_000_000, 3_200_000}
    };
    for (int[] range : ranges) {
      HttpResponse<byte[]> part =
          ask(
              "GET",
              "/org/model/resolve/main/model.safetensors",
              "Range",
              "bytes=" + range[0] + "-" + range[1]);
      assertThat(part.statusCode()).isEqualTo(206);
      assertThat(header(part, "Content-Range"))
          .isEqualTo("bytes " + range[0] + "-" + range[1] + "/" + size);
      assertThat(Arrays.equals(part.body(), Arrays.copyOfRange(weights, range[0], range[1] + 1)))
          .isTrue();
    }
    HttpResponse<byte[]> beyond =
        ask("GET", "/org/model/resolve/main/model.safetensors", "Range", "bytes=" + size + "-");
    assertThat(beyond.statusCode()).isEqualTo(416);
    assertThat(header(beyond, "Content-Range")).isEqualTo("bytes */" + size);
    assertThat(ask("GET", "/org/model/resolve/main/empty").body()).isEmpty();
  }

  @Test
  void oddNamesAndEscapes() throws Exception {
    assertThat(ask("GET", "/org/model/resolve/main/a%20folder/%C3%BC+%25.txt").body())
        .isEqualTo("odd name".getBytes());
    assertThat(ask("GET", "/org/model/resolve/main/a%20folder%2F%C3%BC+%25.txt").body())
        .isEqualTo("odd name".getBytes());
    assertThat(ask("GET", "/org/model/resolve/main/..%2F..%2Fetc%2Fpasswd").statusCode())
        .isEqualTo(404);
  }

  @Test
  void errorsCarryTheirCode() throws Exception {
    Map<String, String> cases =
        Map.of(
            "/org/nothing/resolve/main/config.json", "RepoNotFound",
            "/org/model/resolve/v9/config.json", "RevisionNotFound",
            "/org/model/resolve/main/absent.json", "EntryNotFound",
            "/api/models/org/nothing", "RepoNotFound",
            "/api/models/org/model/tree/main/absent", "EntryNotFound",
            "/api/datasets/org/set", "RepoNotFound");
    for (Map.Entry<String, String> expected : cases.entrySet()) {
      HttpResponse<byte[]> response = ask("GET", expected.getKey());
      assertThat(response.statusCode()).as(expected.getKey()).isEqualTo(404);
      assertThat(header(response, "X-Error-Code")).isEqualTo(expected.getValue());
      assertThat(header(response, "X-Error-Message")).isNotBlank();
    }
    assertThat(header(ask("HEAD", "/org/model/resolve/main/absent.json"), "X-Repo-Commit"))
        .isEqualTo(COMMIT);
  }

  @Test
  void modelInfoAndTree() throws Exception {
    JsonNode info = JSON.readTree(ask("GET", "/api/models/org/model").body());
    assertThat(info.path("sha").asText()).isEqualTo(COMMIT);
    assertThat(info.path("siblings").findValuesAsText("rfilename"))
        .contains("onnx/model.onnx", "empty");
    JsonNode top = JSON.readTree(ask("GET", "/api/models/org/model/tree/main").body());
    assertThat(top.findValuesAsText("path"))
        .containsExactlyInAnyOrder("a folder", "config.json", "empty", "model.safetensors", "onnx");
    JsonNode all =
        JSON.readTree(
            ask("GET", "/api/models/org/model/tree/main?recursive=True&expand=true").body());
    assertThat(all.findValuesAsText("path")).contains("onnx", "onnx/model.onnx");
    for (JsonNode entry : all) {
      assertThat(entry.path("oid").asText()).matches("[0-9a-f]{40}");
      assertThat(entry.path("lastCommit").path("id").asText()).isEqualTo(COMMIT);
      assertThat(entry.has("securityFileStatus")).isFalse();
    }
    JsonNode refs = JSON.readTree(ask("GET", "/api/models/org/model/refs").body());
    assertThat(refs.path("branches").get(0).path("targetCommit").asText()).isEqualTo(COMMIT);
    assertThat(JSON.readTree(ask("GET", "/api/models?search=sol").body()).findValuesAsText("id"))
        .containsExactly("solo");
    assertThat(JSON.readTree(ask("GET", "/api/agent-harnesses").body()).has("harnesses")).isTrue();
  }

  @Test
  void pathsInfoAsFormAndAsJson() throws Exception {
    for (String[] body :
        new String[][] {
          {
            "application/x-www-form-urlencoded",
            "paths=config.json&paths=a+folder&paths=absent&expand=false"
          },
          {
            "application/json",
            "{\"paths\":[\"config.json\",\"a folder\",\"absent\"],\"expand\":true}"
          }
        }) {
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create(
                      "http://127.0.0.1:"
                          + server.port()
                          + "/api/models/org/model/paths-info/main"))
              .header("Content-Type", body[0])
              .POST(HttpRequest.BodyPublishers.ofString(body[1]))
              .build();
      JsonNode entries =
          JSON.readTree(client.send(request, HttpResponse.BodyHandlers.ofByteArray()).body());
      assertThat(entries.findValuesAsText("path")).containsExactly("config.json", "a folder");
    }
  }

  @Test
  void damageIsAnErrorNeverWrongBytes() throws Exception {
    models.damage();
    assertThatThrownBy(
            () -> {
              HttpResponse<byte[]> response =
                  ask("GET", "/org/model/resolve/main/model.safetensors");
              if (response.statusCode() == 500) {
                throw new IOException("500");
              }
            })
        .isInstanceOf(IOException.class);
  }

  @Test
  void tokensAndHealth() throws Exception {
    server.close();
    server = serve("hf_secret");
    assertThat(ask("GET", "/healthz").statusCode()).isEqualTo(200);
    HttpResponse<byte[]> refused = ask("GET", "/org/model/resolve/main/config.json");
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(header(refused, "X-Error-Message")).isNotBlank();
    assertThat(
            ask("GET", "/org/model/resolve/main/config.json", "Authorization", "Bearer hf_secret")
                .statusCode())
        .isEqualTo(200);
    assertThat(new String(ask("GET", "/metrics", "Authorization", "Bearer hf_secret").body()))
        .contains("zoopress_requests_total{status=\"4xx\"} 1");
  }

  @Test
  void manyClientsAtOnce() {
    HubClient many = new HubClient(server.port());
    List<CompletableFuture<String>> answers = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      answers.add(many.sha256("/org/model/resolve/main/model.safetensors"));
    }
    String expected = SmallStore.sha256(weights);
    assertThat(answers).allSatisfy(answer -> assertThat(answer.join()).isEqualTo(expected));
  }

  @Test
  void nothingIsWritten() throws Exception {
    assertThat(ask("PUT", "/org/model/resolve/main/config.json").statusCode()).isEqualTo(400);
    assertThat(ask("DELETE", "/api/models/org/model").statusCode()).isEqualTo(400);
  }
}
