package dev.zoopress.jobs.optimize;

import dev.zoopress.jobs.compress.ModelResult;
import java.util.List;

/**
 * The outcome of an optimize call.
 *
 * @param packs packs that published revisions read, and {@code packBytes} their bytes
 * @param plannedBytes what they would take if everything that pays were rewritten: an estimate
 * @param chosen packs that are rewritten (in a dry run: would be)
 * @param chosenBytes their bytes
 * @param chosenRawBytes bytes of their chunks before compression: what the budget counts
 * @param expectedBytes what was expected to become of them
 * @param writtenBytes what became of them; 0 in a dry run
 * @param remainingBytes what rewriting the rest would still save: an estimate
 * @param models models whose revisions point to new places
 * @param kept chunks that could not be read and stay where they are
 * @param failed models that could not be pointed elsewhere: they stay as they were
 */
public record OptimizeResult(
    String runId,
    long packs,
    long packBytes,
    long plannedBytes,
    long chosen,
    long chosenBytes,
    long chosenRawBytes,
    long expectedBytes,
    long writtenBytes,
    long remainingBytes,
    long models,
    long kept,
    List<ModelResult> failed,
    List<String> warnings) {
  public OptimizeResult {
    failed = List.copyOf(failed);
    warnings = List.copyOf(warnings);
  }
}
