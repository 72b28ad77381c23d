package dev.zoopress.eval.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.zoopress.eval.compare.Level;
import dev.zoopress.eval.compare.LevelResult;
import dev.zoopress.eval.compare.ModelResult;
import dev.zoopress.eval.compare.TaskResult;
import dev.zoopress.eval.compare.Verdict;
import dev.zoopress.eval.onnx.SessionSettings;
import dev.zoopress.eval.task.TaskKind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class ReportsTest {
  private static final String HOSTILE = "o/<script>alert('1')</script>\"&\u0007\u202e]]>";

  private final Map<String, ByteArrayOutputStream> files = new TreeMap<>();

  private static ModelResult model(String name, Verdict verdict) {
    List<LevelResult> levels = new ArrayList<>();
    for (Level level : Level.values()) {
      boolean differs = verdict == Verdict.NOT_EQUAL && level == Level.L0;
      levels.add(new LevelResult(level, 3, differs ? 1 : 0, "3 things", List.of(HOSTILE)));
    }
    return new ModelResult(
        name,
        "r1",
        ModelResult.Status.EVALUATED,
        "",
        verdict,
        verdict == Verdict.EQUAL ? List.of() : List.of("because of " + HOSTILE),
        1000,
        400,
        levels,
        List.of(TaskResult.skipped(TaskKind.COLA, "no " + HOSTILE)),
        List.of(),
        List.of(),
        new TreeMap<>(Map.of("a/b.bin", "ab".repeat(32))),
        Map.of("fact", HOSTILE));
  }

  private void write(ModelResult... models) throws IOException {
    Heading heading =
        new Heading("run", Instant.EPOCH, "/o", "/s", Map.of("ONNX Runtime", HOSTILE));
    Reports reports =
        new Reports(
            name -> {
              ByteArrayOutputStream out = new ByteArrayOutputStream();
              files.put(name, out);
              return out;
            },
            heading);
    for (ModelResult model : models) {
      reports.add(model);
    }
    reports.finish(List.of("note " + HOSTILE));
  }

  private String text(String name) {
    return files.get(name).toString(StandardCharsets.UTF_8);
  }

  private JsonNode json(String name) throws IOException {
    return new ObjectMapper().readTree(files.get(name).toByteArray());
  }

  @Test
  void hostileNamesStayText() throws Exception {
    write(model(HOSTILE, Verdict.NOT_EQUAL), model("o/fine", Verdict.EQUAL));

    String page = text("report.html");
    assertThat(page).contains("&lt;script&gt;").doesNotContain("<script").doesNotContain("\u202e");
    assertThat(page.indexOf("1 model NOT EQUAL")).isBetween(1, page.indexOf("<svg"));
    assertThat(page).doesNotContain("http://").doesNotContain("https://");
    Document junit =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(files.get("junit.xml").toByteArray()));
    assertThat(junit.getElementsByTagName("testsuite").getLength()).isEqualTo(2);
    assertThat(junit.getElementsByTagName("failure").getLength()).isEqualTo(2);
    assertThat(json("report.json").at("/models/0/model").asText()).isEqualTo(HOSTILE);
    assertThat(files.keySet()).allMatch(name -> name.matches("[A-Za-z0-9._%/-]+"));
  }

  @Test
  void statementNamesTheFilesAndTheResult() throws IOException {
    write(model("o/fine", Verdict.EQUAL));
    JsonNode statement = json("attestation.intoto.json");
    assertThat(statement.at("/_type").asText()).isEqualTo("https://in-toto.io/Statement/v1");
    assertThat(statement.at("/predicateType").asText()).endsWith("/test-result/v0.1");
    assertThat(statement.at("/predicate/result").asText()).isEqualTo("PASSED");
    assertThat(statement.at("/subject/0/name").asText()).isEqualTo("o/fine/a/b.bin");
    assertThat(statement.at("/subject/0/digest/sha256").asText()).hasSize(64);
  }

  @Test
  void versionsAreThoseOfTheLibraries() {
    Map<String, String> facts = Environment.here(new SessionSettings(1));
    assertThat(facts.get("ONNX Runtime")).startsWith("1.23.");
    assertThat(facts.get("tokenizers (DJL)")).endsWith("-0.36.0");
    assertThat(facts.get("session")).endsWith("1 thread");
  }

  @Test
  void doubtIsNotAPass() throws IOException {
    write(model("o/fine", Verdict.EQUAL), model("o/doubt", Verdict.INCONCLUSIVE));
    assertThat(json("attestation.intoto.json").at("/predicate/result").asText())
        .isEqualTo("WARNED");
    assertThat(text("report.html")).contains("? 1 model INCONCLUSIVE");
    assertThat(json("report.json").path("verdict").asText()).isEqualTo("INCONCLUSIVE");
  }
}
