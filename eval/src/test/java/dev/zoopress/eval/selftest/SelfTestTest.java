package dev.zoopress.eval.selftest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zoopress.eval.Fixtures;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The self-test's logic, with the small model in the place of roberta-base. */
class SelfTestTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path empty;

  /** Recorded answers of transformers, in the self-test's form. */
  private static ObjectNode known() throws IOException {
    JsonNode golden =
        JSON.readTree(Path.of("src/test/resources/models/sapiens-vh-golden.json").toFile());
    ObjectNode known = JSON.createObjectNode();
    ArrayNode ids = known.putArray("ids");
    for (int id : new int[] {0, 5, 6, 7, 2}) {
      ids.add(id);
    }
    ObjectNode model = known.putArray("models").addObject();
    model.put("name", "sapiens-vh").put("source", "merck/sapiens-vh");
    model.putObject("config").put("model_type", "roberta").put("vocab_size", 25);
    ArrayNode texts = model.putArray("fill_mask");
    for (JsonNode fill : golden.path("fill_mask")) {
      ObjectNode text = texts.addObject().put("text", fill.path("text").asText());
      text.set("top", fill.path("top5"));
    }
    ObjectNode slice = model.putArray("slices").addObject();
    slice.put("name", "logits").put("head", "MASKED_LM");
    slice.putArray("values").addArray().add(0.0);
    return known;
  }

  /** What the slice is here, read from the detail of a failed check. */
  private static double slice(ObjectNode known) throws IOException {
    SelfTest.Result result = SelfTest.run(Fixtures.sapiens(), known);
    SelfTest.Check check = result.checks().get(result.checks().size() - 1);
    assertThat(check.passed()).isFalse();
    return Double.parseDouble(check.detail().replace("largest gap ", ""));
  }

  @Test
  void knownAnswersPassAndAnyOtherFails() throws IOException {
    ObjectNode known = known();
    double value = slice(known);
    ArrayNode row = (ArrayNode) known.at("/models/0/slices/0/values/0");
    SelfTest.Result wrongSign = run(known, row, value);
    SelfTest.Result right = wrongSign.passed() ? wrongSign : run(known, row, -value);
    assertThat(right.passed()).as(right.toString()).isTrue();
    assertThat(right.checks()).hasSizeGreaterThan(3);
    assertThat(right.missing()).isEmpty();

    ((ObjectNode) known.at("/models/0/fill_mask/0/top/4")).put("score", 0.9);
    SelfTest.Result wrong = SelfTest.run(Fixtures.sapiens(), known);
    assertThat(wrong.passed()).isFalse();
    assertThat(wrong.checks()).filteredOn(c -> !c.passed()).hasSize(1);
  }

  private static SelfTest.Result run(ObjectNode known, ArrayNode row, double value)
      throws IOException {
    row.removeAll().add(value);
    return SelfTest.run(Fixtures.sapiens(), known);
  }

  @Test
  void withoutTheModelItSaysWhatToDownload() throws IOException {
    SelfTest.Result result = SelfTest.run(empty);
    assertThat(result.passed()).isFalse();
    assertThat(result.checks()).isEmpty();
    assertThat(result.missing()).hasSize(2);
    assertThat(result.missing().get(0)).contains("hf download FacebookAI/roberta-base");
  }

  @Test
  void anotherModelIsNotTakenForIt() throws IOException {
    assertThat(SelfTest.run(Fixtures.sapiens()).missing()).hasSize(2);
  }
}
