package dev.zoopress.eval.report;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.zoopress.eval.compare.LevelResult;
import dev.zoopress.eval.compare.ModelResult;
import dev.zoopress.eval.compare.Verdict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An in-toto Statement with the test-result predicate, version 0.1: its subjects are the files as
 * the store gives them back, each with its SHA-256. Unsigned; signing is the caller's.
 */
final class Statement {
  private Statement() {}

  static void write(JsonGenerator json, Heading heading, List<ModelResult> models)
      throws IOException {
    List<String> passed = new ArrayList<>();
    List<String> warned = new ArrayList<>();
    List<String> failed = new ArrayList<>();
    json.writeStartObject();
    json.writeStringField("_type", "https://in-toto.io/Statement/v1");
    json.writeArrayFieldStart("subject");
    for (ModelResult model : models) {
      for (Map.Entry<String, String> file : model.restored().entrySet()) {
        json.writeStartObject();
        json.writeStringField("name", model.model() + "/" + file.getKey());
        json.writeObjectFieldStart("digest");
        json.writeStringField("sha256", file.getValue());
        json.writeEndObject();
        json.writeEndObject();
      }
      for (LevelResult level : model.levels()) {
        String test = model.model() + " " + level.level() + " " + level.level().title();
        (level.passed() ? passed : failed).add(test);
      }
      String verdict = model.model() + " verdict " + model.verdict().words();
      switch (model.verdict()) {
        case EQUAL -> passed.add(verdict);
        case NOT_EQUAL -> failed.add(verdict);
        case INCONCLUSIVE, NOT_RUN -> warned.add(verdict);
      }
    }
    json.writeEndArray();
    json.writeStringField("predicateType", "https://in-toto.io/attestation/test-result/v0.1");
    json.writeObjectFieldStart("predicate");
    Verdict worst = Reports.verdict(models);
    json.writeStringField(
        "result",
        worst == Verdict.EQUAL ? "PASSED" : worst == Verdict.NOT_EQUAL ? "FAILED" : "WARNED");
    json.writeArrayFieldStart("configuration");
    json.writeStartObject();
    json.writeStringField("name", "zoopress eval, run " + heading.runId());
    json.writeObjectFieldStart("annotations");
    json.writeStringField("original", heading.original());
    json.writeStringField("store", heading.store());
    for (Map.Entry<String, String> e : heading.environment().entrySet()) {
      json.writeStringField(e.getKey(), e.getValue());
    }
    json.writeEndObject();
    json.writeEndObject();
    json.writeEndArray();
    strings(json, "passedTests", passed);
    strings(json, "warnedTests", warned);
    strings(json, "failedTests", failed);
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void strings(JsonGenerator json, String name, List<String> values)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }
}
