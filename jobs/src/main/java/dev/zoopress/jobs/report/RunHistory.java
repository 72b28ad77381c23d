package dev.zoopress.jobs.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zoopress.jobs.report.StoreReport.Check;
import dev.zoopress.jobs.report.StoreReport.Growth;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Runs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/**
 * What the records of runs tell: read from the newest name back, so that a report of a store with
 * many thousand runs stays cheap.
 */
final class RunHistory {
  private static final int MAX_RECORDS = 3000;
  private static final int MAX_DOCUMENTS = 60;

  private final ObjectStore store;
  private final List<RunRecord> records = new ArrayList<>();
  private final Map<String, Check> verified = new HashMap<>();
  private final Map<String, Check> evaluated = new HashMap<>();
  private long runs;

  private RunHistory(ObjectStore store) {
    this.store = store;
  }

  static RunHistory read(Repository repository) throws IOException {
    RunHistory history = new RunHistory(repository.store());
    TreeSet<String> names = Runs.names(repository);
    history.runs = names.size();
    for (String name : names.descendingSet().stream().limit(MAX_RECORDS).toList()) {
      RunRecord.read(history.store, name).ifPresent(history.records::add);
    }
    history.records.sort(Comparator.comparing(RunRecord::startedAt).reversed());
    history.documents("verify", history.verified);
    history.documents("eval", history.evaluated);
    return history;
  }

  /** The newest word about each model wins. */
  private void documents(String command, Map<String, Check> checks) throws IOException {
    List<RunRecord> runs =
        records.stream()
            .filter(r -> r.command().equals(command) && r.endedAt() != null)
            .limit(MAX_DOCUMENTS)
            .toList();
    for (RunRecord run : runs) {
      JsonNode document = RunRecord.document(store, run.runId());
      String how = document.path("mode").asText();
      for (JsonNode model : document.path("models")) {
        String result =
            model.has("verdict")
                ? model.path("verdict").asText().replace('_', ' ').toUpperCase(Locale.ROOT)
                : model.path("status").asText();
        checks.merge(
            model.path("model").asText(),
            new Check(
                model.path("revision").asText(),
                run.endedAt(),
                run.runId(),
                how,
                result,
                model.path("error").asText()),
            RunHistory::stronger);
      }
    }
  }

  /** A newer look at sizes does not outweigh an older one at every byte of the same revision. */
  private static Check stronger(Check newer, Check older) {
    boolean weaker = newer.result().equals("sound") && !newer.how().equals("full");
    return weaker && newer.revision().equals(older.revision()) && older.how().equals("full")
        ? older
        : newer;
  }

  List<RunRecord> records() {
    return records;
  }

  long runs() {
    return runs;
  }

  Map<String, Check> verified() {
    return verified;
  }

  Map<String, Check> evaluated() {
    return evaluated;
  }

  List<Growth> growth() {
    return records.stream()
        .filter(r -> r.command().equals("compress") && r.endedAt() != null)
        .filter(r -> r.totals().path("sourceBytes").asLong() > 0)
        .map(
            r ->
                new Growth(
                    r.endedAt(),
                    r.runId(),
                    r.totals().path("models").asLong(),
                    r.totals().path("sourceBytes").asLong(),
                    r.totals().path("storedBytes").asLong()))
        .sorted(Comparator.comparing(Growth::at))
        .toList();
  }
}
