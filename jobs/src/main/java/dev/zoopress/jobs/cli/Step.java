package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * One command that another one runs in this JVM, exactly as a person would call it.
 *
 * @param words the command and its options
 * @param document the JSON that it printed
 */
record Step(List<String> words, double seconds, JsonNode document) {
  Step {
    words = List.copyOf(words);
  }

  /**
   * Runs it.
   *
   * @param common whose settings it takes over
   * @param err where its progress goes
   * @throws CommandException with its exit code and reason, unless that code is 0
   */
  static Step run(Common common, PrintWriter err, String... words) throws IOException {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--json", "--progress", common.progress.name()));
    common.conf.forEach((key, value) -> all.addAll(List.of("--conf", key + "=" + value)));
    if (!common.master.isEmpty()) {
      all.addAll(List.of("--master", common.master));
    }
    StringWriter out = new StringWriter();
    long start = System.nanoTime();
    int code = Zoopress.run(all.toArray(String[]::new), new PrintWriter(out), err);
    double seconds = (System.nanoTime() - start) / 1e9;
    JsonNode document = new ObjectMapper().readTree(out.toString());
    if (code != ExitCode.DONE) {
      throw new CommandException(
          code,
          "step",
          "'zoopress " + String.join(" ", words) + "' ended with " + code + reason(document),
          null);
    }
    return new Step(List.of(words), seconds, document);
  }

  private static String reason(JsonNode document) {
    String reason = document.at("/error/message").asText("");
    for (JsonNode model : document.path("models")) {
      if (reason.isEmpty() && model.has("error")) {
        reason = model.get("model").asText() + ": " + model.get("error").asText();
      }
    }
    return reason.isEmpty() ? "" : ": " + reason;
  }
}
