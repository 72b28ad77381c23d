package dev.zoopress.jobs.serve;

import static dev.zoopress.jobs.serve.HubClient.header;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zoopress.jobs.SmallStore;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients were measured to need: names of headers, fields and codes, one by one. */
final class HubRulesTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final List<String> ABSENT =
      List.of("Content-Encoding", "Location", "X-Xet-Hash", "Link", "Transfer-Encoding");

  private final MemoryModels models = new MemoryModels();
  private final byte[] weights = new byte[(1 << 20) + 77];
  private final byte[] config = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);
  private HubServer server;
  private HubClient client;

  @BeforeEach
  void start() throws Exception {
    new Random(7).nextBytes(weights);
    models.add(
        "org/model",
        COMMIT,
        Map.of(
            "config.json",
            config,
            "model.safetensors",
            weights,
            "empty",
            new byte[0],
            "100%25.txt",
            "percent".getBytes(StandardCharsets.UTF_8),
            "a/b/deep.txt",
            "deep".getBytes(StandardCharsets.UTF_8)));
    models.add("solo", COMMIT, Map.of("config.json", config));
    server =
        new HubServer(
            new HubServer.Address("127.0.0.1", 0, "", null), Limits.of(2, 1 << 28), models, models);
    client = new HubClient(server.port());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void headersOfAFileNameItsContentAndNothingThatLeadsClientsAway() throws Exception {
    for (String method : List.of("HEAD", "GET")) {
      for (String word : List.of("resolve", "raw")) {
        String at = "/org/model/" + word + "/main/";
        HttpResponse<byte[]> large =
            client.ask(method, at + "model.safetensors", "Accept-Encoding", "gzip, deflate, br");
        assertThat(large.statusCode()).isEqualTo(200);
        assertThat(header(large, "ETag")).isEqualTo('"' + SmallStore.sha256(weights) + '"');
        assertThat(header(large, "X-Repo-Commit")).isEqualTo(COMMIT);
        assertThat(header(large, "Content-Length")).isEqualTo("" + weights.length);
        assertThat(header(large, "Accept-Ranges")).isEqualTo("bytes");
        assertThat(header(large, "Content-Type")).isEqualTo("application/octet-stream");
        ABSENT.forEach(name -> assertThat(header(large, name)).as(name).isNull());
        HttpResponse<byte[]> small = client.ask(method, at + "config.json");
        assertThat(header(small, "ETag")).isEqualTo('"' + SmallStore.gitSha1(config) + '"');
        HttpResponse<byte[]> none = client.ask(method, at + "empty");
        assertThat(none.statusCode()).isEqualTo(200);
        assertThat(header(none, "Content-Length")).isEqualTo("0");
      }
    }
  }

  @Test
  void headAndListingsReadTheManifestOnly() throws Exception {
    client.ask("HEAD", "/org/model/resolve/main/model.safetensors");
    client.ask("HEAD", "/org/model/resolve/main/model.safetensors", "Range", "bytes=5-9");
    client.ask("GET", "/api/models/org/model/tree/main?recursive=true&expand=true");
    assertThat(models.opened()).isZero();
    client.ask("GET", "/org/model/resolve/main/config.json");
    assertThat(models.opened()).isPositive();
  }

  @Test
  void severalRangesAreTheWholeFileAndOneOfNothingIs416() throws Exception {
    String path = "/org/model/resolve/main/model.safetensors";
    HttpResponse<byte[]> several = client.ask("GET", path, "Range", "bytes=0-1,5-6");
    assertThat(several.statusCode()).isEqualTo(200);
    assertThat(several.body()).isEqualTo(weights);
    HttpResponse<byte[]> probe = client.ask("GET", path, "Range", "bytes=0-0");
    assertThat(probe.statusCode()).isEqualTo(206);
    assertThat(header(probe, "Content-Range")).isEqualTo("bytes 0-0/" + weights.length);
    assertThat(probe.body()).hasSize(1);
    HttpResponse<byte[]> whole = client.ask("GET", path, "Range", "bytes=0-");
    assertThat(whole.statusCode()).isEqualTo(206);
    assertThat(whole.body()).isEqualTo(weights);
    HttpResponse<byte[]> none =
        client.ask("GET", "/org/model/resolve/main/empty", "Range", "bytes=0-0");
    assertThat(none.statusCode()).isEqualTo(416);
    assertThat(header(none, "Content-Range")).isEqualTo("bytes */0");
  }

  @Test
  void pathsAreDecodedOnce() throws Exception {
    assertThat(client.text("/org/model/resolve/main/100%2525.txt")).isEqualTo("percent");
    assertThat(client.ask("GET", "/org/model/resolve/main/100%25.txt").statusCode()).isEqualTo(404);
    for (String folder : List.of("a/b", "a%2Fb")) {
      assertThat(client.json("/api/models/org/model/tree/main/" + folder).findValuesAsText("path"))
          .containsExactly("a/b/deep.txt");
    }
    assertThat(client.json("/api/models/org/model/revision/refs%2Fpr%2F1").path("sha").asText())
        .isEqualTo(COMMIT);
  }

  @Test
  void unknownKeysOfAQueryAreIgnored() throws Exception {
    JsonNode info =
        client.json(
            "/api/models/org/model?expand=downloads&expand%5B%5D=likes&blobs=True&limit=3&download=true");
    assertThat(info.path("id").asText()).isEqualTo("org/model");
    assertThat(info.path("sha").asText()).isEqualTo(COMMIT);
    assertThat(client.text("/org/model/resolve/main/config.json?download=true"))
        .isEqualTo("{\"a\":1}");
  }

  @Test
  void entriesOfATreeHaveWhatClientsRead() throws Exception {
    JsonNode tree = client.json("/api/models/org/model/tree/main?recursive=True");
    for (JsonNode entry : tree) {
      String path = entry.path("path").asText();
      assertThat(entry.path("oid").asText()).as(path).matches("[0-9a-f]{40}");
      assertThat(entry.has("size")).as(path).isTrue();
      assertThat(entry.has("xetHash") || entry.has("securityFileStatus")).as(path).isFalse();
      assertThat(entry.path("type").asText())
          .isEqualTo(List.of("a", "a/b").contains(path) ? "directory" : "file");
      if (path.equals("model.safetensors")) {
        String pointer =
            "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n"
                .formatted(SmallStore.sha256(weights), weights.length);
        byte[] text = pointer.getBytes(StandardCharsets.UTF_8);
        assertThat(entry.path("oid").asText()).isEqualTo(SmallStore.gitSha1(text));
        assertThat(entry.path("lfs").path("oid").asText()).isEqualTo(SmallStore.sha256(weights));
        assertThat(entry.path("lfs").path("size").asLong()).isEqualTo(weights.length);
        assertThat(entry.path("lfs").path("pointerSize").asInt()).isEqualTo(text.length);
      } else {
        assertThat(entry.has("lfs")).as(path).isFalse();
      }
      if (path.equals("config.json")) {
        assertThat(entry.path("oid").asText()).isEqualTo(SmallStore.gitSha1(config));
      }
    }
    JsonNode expanded = client.json("/api/models/org/model/tree/main?expand=True").get(0);
    assertThat(expanded.path("lastCommit").path("id").asText()).isEqualTo(COMMIT);
    assertThat(expanded.path("lastCommit").path("title").isTextual()).isTrue();
    assertThat(expanded.path("lastCommit").path("date").asText()).endsWith("Z");
  }

  @Test
  void smallAnswersOfTheApi() throws Exception {
    JsonNode refs = client.json("/api/models/org/model/refs");
    assertThat(refs.path("branches").get(0).path("ref").asText()).isEqualTo("refs/heads/main");
    assertThat(refs.path("branches").get(0).path("name").asText()).isEqualTo("main");
    assertThat(refs.path("tags").isArray() && refs.path("converts").isArray()).isTrue();
    assertThat(client.text("/api/agent-harnesses"))
        .isEqualTo("{\"standardEnvVars\":[],\"harnesses\":{}}");
    assertThat(client.json("/api/models/org/model/commits/main").get(0).path("id").asText())
        .isEqualTo(COMMIT);
    JsonNode who = client.json("/api/whoami-v2");
    assertThat(who.path("auth").path("accessToken").path("role").asText()).isEqualTo("read");
    assertThat(who.path("orgs").isArray() && who.has("name") && who.has("type")).isTrue();
    assertThat(client.json("/api/models?author=org").findValuesAsText("id"))
        .containsExactly("org/model");
    assertThat(client.json("/api/models?limit=1").size()).isEqualTo(1);
    assertThat(client.json("/api/models?search=none").size()).isZero();
    for (String path : List.of("/api/datasets/org/set", "/datasets/org/set/resolve/main/a")) {
      HttpResponse<byte[]> answer = client.ask("GET", path);
      assertThat(answer.statusCode()).isEqualTo(404);
      assertThat(header(answer, "X-Error-Code")).isEqualTo("RepoNotFound");
    }
  }

  @Test
  void errorsOfHeadStandInHeadersAndThoseOfGetInTheBodyToo() throws Exception {
    String path = "/org/model/resolve/main/absent.json";
    for (String method : List.of("HEAD", "GET")) {
      HttpResponse<byte[]> answer = client.ask(method, path);
      assertThat(answer.statusCode()).isEqualTo(404);
      assertThat(header(answer, "X-Error-Message")).contains("absent.json");
      assertThat(header(answer, "X-Repo-Commit")).isEqualTo(COMMIT);
    }
    assertThat(client.json(path).path("error").asText()).contains("absent.json");
    for (String probe : List.of("commits/main", "discussions?p=0")) {
      assertThat(client.ask("GET", "/api/models/no/model/" + probe).statusCode()).isEqualTo(404);
    }
  }

  @Test
  void hostileRequestsAreRefusedAndNothingElse() throws Exception {
    assertThat(client.ask("GET", "/org/model/resolve/main/%FF%FE").statusCode()).isEqualTo(400);
    assertThat(client.ask("GET", "/org/model/resolve/main/..%2F..%2Fzoopress.json").statusCode())
        .isEqualTo(404);
    assertThat(client.ask("GET", "/..%2F..%2Fetc/passwd/resolve/main/x").statusCode())
        .isEqualTo(404);
    HttpResponse<byte[]> huge =
        client.send(
            "POST",
            "/api/models/org/model/paths-info/main",
            HttpRequest.BodyPublishers.ofByteArray(new byte[2 << 20]));
    assertThat(huge.statusCode()).isEqualTo(400);
    assertThat(client.ask("GET", "/healthz").statusCode()).isEqualTo(200);
  }
}
