package dev.zoopress.jobs.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class HomePageTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  private HubServer server;
  private HubClient client;

  @BeforeEach
  void start() throws Exception {
    MemoryModels models = new MemoryModels();
    models.add(
        "org/model",
        COMMIT,
        Map.of(
            "zeros.bin",
            new byte[3_000_000],
            "<script>.txt",
            "odd".getBytes(StandardCharsets.UTF_8)));
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
  void listsModelsWithSizesAndSavings() throws Exception {
    String page = client.text("/");
    assertThat(page)
        .contains("HF_ENDPOINT=http://127.0.0.1:" + server.port())
        .contains("<a href=\"/org/model\">org/model</a>")
        .contains("3.0 MB")
        .containsPattern("(9[0-9]\\.\\d|100\\.0) %");
  }

  @Test
  void aModelsPageHasItsFilesAndTheCommandsThatLoadIt() throws Exception {
    String page = client.text("/org/model");
    assertThat(page)
        .contains("hf download org/model", "from_pretrained(\"org/model\")", COMMIT)
        .contains("&lt;script&gt;.txt")
        .doesNotContain("<script>");
    String link = "/org/model/resolve/" + COMMIT + "/%3Cscript%3E.txt";
    assertThat(page).contains("href=\"" + link + "\"");
    assertThat(client.text(link)).isEqualTo("odd");
    assertThat(client.ask("GET", "/org/nothing").statusCode()).isEqualTo(404);
  }
}
