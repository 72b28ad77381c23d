package dev.zoopress.eval.report;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a report is about.
 *
 * @param environment versions and machine, in the order in which they are shown
 */
public record Heading(
    String runId, Instant started, String original, String store, Map<String, String> environment) {
  public Heading {
    environment = new LinkedHashMap<>(environment);
  }
}
