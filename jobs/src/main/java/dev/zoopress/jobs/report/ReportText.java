package dev.zoopress.jobs.report;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zoopress.jobs.compress.ByteShare;
import dev.zoopress.jobs.compress.Totals;
import dev.zoopress.jobs.inspect.StatsResult.ModelCost;
import dev.zoopress.jobs.report.StoreReport.Check;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A report for programs and spreadsheets. */
final class ReportText {
  private static final JsonMapper JSON = new JsonMapper();

  private ReportText() {}

  static String json(StoreReport report) {
    ObjectNode root = JSON.createObjectNode();
    root.put("schema", "zoopress/store-report/1");
    root.put("madeAt", report.madeAt().toString());
    root.put("store", report.store());
    root.put("repository", report.repository());
    Totals totals = report.stats().totals();
    ObjectNode sums = root.putObject("totals");
    sums.put("models", totals.models()).put("files", totals.files()).put("chunks", totals.chunks());
    sums.put("sourceBytes", totals.sourceBytes()).put("storedBytes", totals.storedBytes());
    sums.put("saved", totals.saved()).put("unusedBytes", report.stats().unusedBytes());
    sums.put("runsBytes", report.stats().sizes().bytes("runs"));
    sums.put("modelsSound", report.soundModels()).put("modelsDamaged", report.damagedModels());
    shares(sums.putObject("by"), totals.by());
    shares(sums.putObject("dtypes"), totals.dtypes());
    var models = root.putArray("models");
    for (ModelCost model : report.stats().models()) {
      ObjectNode node = models.addObject();
      node.put("model", model.model()).put("revision", model.revision());
      node.put("status", "stored").put("files", model.files());
      node.put("sourceBytes", model.sourceBytes()).put("storedBytes", model.storedBytes());
      node.put("exclusiveBytes", model.exclusiveBytes()).put("sharedBytes", model.sharedBytes());
      report.verified(model).ifPresent(c -> check(node.putObject("verified"), c));
      report.evaluated(model).ifPresent(c -> check(node.putObject("evaluated"), c));
    }
    var bases = root.putArray("bases");
    for (Relations.Derived d : report.derived()) {
      ObjectNode node = bases.addObject().put("model", d.model()).put("base", d.base());
      node.put("bytes", d.bytes()).put("storedBytes", d.storedBytes());
    }
    var groups = root.putArray("duplicates");
    for (Relations.Group g : report.groups()) {
      ObjectNode node = groups.addObject().put("modelCount", g.modelCount());
      node.put("bytes", g.bytes()).put("chunks", g.chunks());
      g.models().forEach(node.putArray("models")::add);
    }
    var growth = root.putArray("growth");
    for (StoreReport.Growth g : report.growth()) {
      ObjectNode node = growth.addObject().put("at", g.at().toString()).put("runId", g.runId());
      node.put("models", g.models());
      node.put("sourceBytes", g.sourceBytes()).put("storedBytes", g.storedBytes());
    }
    var runs = root.putArray("runs");
    for (RunRecord r : report.runs()) {
      ObjectNode node = runs.addObject().put("runId", r.runId()).put("command", r.command());
      node.put("state", r.state().name().toLowerCase(java.util.Locale.ROOT));
      node.put("startedAt", r.startedAt().toString()).put("exitCode", r.exitCode());
      node.put("endedAt", r.endedAt() == null ? null : r.endedAt().toString());
      node.put("message", r.message());
    }
    root.put("runCount", report.runCount());
    var advice = root.putArray("next");
    report
        .advice()
        .forEach(
            a ->
                advice
                    .addObject()
                    .put("level", a.level().name().toLowerCase(java.util.Locale.ROOT))
                    .put("why", a.why())
                    .put("command", a.command()));
    return root.toPrettyString() + "\n";
  }

  private static void shares(ObjectNode into, Map<String, ByteShare> shares) {
    shares.forEach((k, s) -> into.putObject(k).put("bytes", s.bytes()).put("stored", s.stored()));
  }

  private static void check(ObjectNode node, Check check) {
    node.put("result", check.result()).put("at", check.at().toString());
    node.put("runId", check.runId());
    if (!check.how().isEmpty()) {
      node.put("how", check.how());
    }
    if (!check.error().isEmpty()) {
      node.put("error", check.error());
    }
  }

  static String models(StoreReport report) {
    Stream<List<Object>> rows =
        report.stats().models().stream()
            .map(
                m -> {
                  Optional<Check> verified = report.verified(m);
                  Optional<Check> evaluated = report.evaluated(m);
                  return List.of(
                      m.model(),
                      m.revision(),
                      m.files(),
                      m.sourceBytes(),
                      m.exclusiveBytes(),
                      m.sharedBytes(),
                      verified.map(Check::result).orElse(""),
                      verified.map(Check::how).orElse(""),
                      verified.map(c -> c.at().toString()).orElse(""),
                      evaluated.map(Check::result).orElse(""));
                });
    return csv(
        "model,revision,files,source_bytes,exclusive_bytes,shared_bytes,verified,verified_how,verified_at,evaluated",
        rows);
  }

  static String runs(StoreReport report) {
    Stream<List<Object>> rows =
        report.runs().stream()
            .map(
                r ->
                    List.of(
                        r.runId(),
                        r.command(),
                        r.state().name().toLowerCase(java.util.Locale.ROOT),
                        r.startedAt(),
                        r.endedAt() == null ? "" : r.endedAt(),
                        r.endedAt() == null ? "" : r.exitCode(),
                        r.totals().path("sourceBytes").asText(),
                        r.totals().path("storedBytes").asText(),
                        r.message()));
    return csv(
        "run,command,state,started_at,ended_at,exit_code,source_bytes,stored_bytes,message", rows);
  }

  private static String csv(String head, Stream<List<Object>> rows) {
    return head
        + "\r\n"
        + rows.map(r -> r.stream().map(ReportText::cell).collect(Collectors.joining(",")) + "\r\n")
            .collect(Collectors.joining());
  }

  /** Quoted where it must be; what a spreadsheet would take for a formula gets an apostrophe. */
  static String cell(Object value) {
    String text = value.toString();
    if (!(value instanceof Number) && !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0) {
      text = "'" + text;
    }
    return text.matches("[^\",\r\n]*") && !text.contains("\n")
        ? text
        : "\"" + text.replace("\"", "\"\"") + "\"";
  }
}
