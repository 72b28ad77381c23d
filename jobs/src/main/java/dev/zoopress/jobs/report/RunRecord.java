package dev.zoopress.jobs.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import dev.zoopress.jobs.store.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * A run's {@code status.json}: what was called, how it stands or ended. Cluster submission can hide
 * an exit code; this one stays.
 *
 * @param state {@code running}, {@code ended} or, where a signal ended it, {@code killed}
 * @param endedAt null while it runs
 * @param exitCode -1 while it runs
 * @param message the last line that people were told
 * @param totals as in the command's JSON document; missing where there is none
 */
public record RunRecord(
    String runId,
    String command,
    State state,
    Instant startedAt,
    Instant endedAt,
    int exitCode,
    String message,
    String version,
    JsonNode totals) {
  /** Larger documents are not kept beside the status. */
  public static final int MAX_DOCUMENT_BYTES = 16 << 20;

  private static final int MAX_STATUS_BYTES = 1 << 20;
  private static final JsonMapper JSON = new JsonMapper();

  /** Where a run stands. */
  public enum State {
    RUNNING,
    ENDED,
    KILLED
  }

  /** Key of the status of a run. */
  public static String statusKey(String runId) {
    return "runs/" + runId + "/status.json";
  }

  /** Key of the JSON document that the command made. */
  public static String documentKey(String runId) {
    return "runs/" + runId + "/report.json";
  }

  /** This record as an object of the store. */
  public String text() {
    ObjectNode node = JSON.createObjectNode();
    node.put("schema", "zoopress/status/1");
    node.put("runId", runId);
    node.put("command", command);
    node.put("version", version);
    node.put("state", state.name().toLowerCase(java.util.Locale.ROOT));
    node.put("startedAt", startedAt.toString());
    if (endedAt != null) {
      node.put("endedAt", endedAt.toString());
      node.put("seconds", (endedAt.toEpochMilli() - startedAt.toEpochMilli()) / 1e3);
      node.put("exitCode", exitCode);
    }
    node.put("message", message);
    if (totals.isObject()) {
      node.set("totals", totals);
    }
    return node.toPrettyString() + "\n";
  }

  /** The record of a run; empty if it left none, or one that cannot be understood. */
  public static Optional<RunRecord> read(ObjectStore store, String runId) throws IOException {
    Optional<JsonNode> found = json(store, statusKey(runId), MAX_STATUS_BYTES);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    JsonNode node = found.get();
    try {
      String state = node.path("state").asText().toUpperCase(java.util.Locale.ROOT);
      Instant ended =
          node.has("endedAt") ? Instant.parse(node.path("endedAt").asText()) : (Instant) null;
      return Optional.of(
          new RunRecord(
              runId,
              node.path("command").asText(),
              State.valueOf(state),
              Instant.parse(node.path("startedAt").asText()),
              ended,
              node.path("exitCode").asInt(-1),
              node.path("message").asText(),
              node.path("version").asText(),
              node.path("totals")));
    } catch (DateTimeException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The document that a run left; missing if there is none, or none that can be understood. */
  public static JsonNode document(ObjectStore store, String runId) throws IOException {
    return json(store, documentKey(runId), MAX_DOCUMENT_BYTES).orElse(MissingNode.getInstance());
  }

  private static Optional<JsonNode> json(ObjectStore store, String key, int maxBytes)
      throws IOException {
    try {
      byte[] bytes = store.get(key, maxBytes);
      return Optional.of(JSON.readTree(new String(bytes, StandardCharsets.UTF_8)));
    } catch (ObjectNotFoundException
        | CorruptContainerException
        | com.fasterxml.jackson.core.JacksonException e) {
      return Optional.empty();
    }
  }
}
