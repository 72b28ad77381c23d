package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.zoopress.eval.selftest.SelfTest;
import dev.zoopress.eval.selftest.SelfTest.Check;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;

/** {@code eval --self-test}: known answers of real models. */
final class SelfTestOutcome {
  private SelfTestOutcome() {}

  static Outcome of(Path folder) throws IOException {
    SelfTest.Result result = SelfTest.run(folder);
    int code =
        result.passed()
            ? ExitCode.DONE
            : result.checks().isEmpty() ? ExitCode.FAILED : ExitCode.NOT_EQUAL;
    return new Outcome(code, json -> write(result, json), out -> print(result, out));
  }

  private static void write(SelfTest.Result result, JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("models");
    json.writeEndArray();
    json.writeObjectFieldStart("totals");
    json.writeNumberField("checks", result.checks().size());
    json.writeNumberField("passed", result.checks().stream().filter(Check::passed).count());
    json.writeEndObject();
    json.writeArrayFieldStart("checks");
    for (Check check : result.checks()) {
      json.writeStartObject();
      json.writeStringField("model", check.model());
      json.writeStringField("name", check.name());
      json.writeBooleanField("passed", check.passed());
      json.writeStringField("detail", check.detail());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("missing");
    for (String missing : result.missing()) {
      json.writeString(missing);
    }
    json.writeEndArray();
  }

  private static void print(SelfTest.Result result, PrintWriter out) {
    for (Check check : result.checks()) {
      out.println(
          Table.printable(
              (check.passed() ? "passed  " : "FAILED  ")
                  + check.model()
                  + ": "
                  + check.name()
                  + ": "
                  + check.detail()));
    }
    for (String missing : result.missing()) {
      out.println(Table.printable("missing " + missing));
    }
    long passed = result.checks().stream().filter(Check::passed).count();
    out.println(
        result.checks().isEmpty()
            ? "nothing was checked: download what is missing"
            : passed + " of " + Format.count(result.checks().size(), "check") + " passed");
  }
}
