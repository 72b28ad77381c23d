package dev.zoopress.jobs.compress;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The outcome of a compress run: sums, and a way to walk over the models without holding them all.
 *
 * @param runId name of the run's folder in {@code runs/}
 * @param source what was compressed
 * @param store where to
 * @param failed the first {@value #MAX_FAILED} models that failed, in order of name
 * @param warnings what people should know although all went well, the first {@value #MAX_FAILED}
 */
public record CompressResult(
    String runId,
    String source,
    String store,
    Totals totals,
    RunWork work,
    List<ModelResult> failed,
    List<String> warnings,
    ModelWalk walk) {
  /** How many failed models and warnings a result holds at most. */
  public static final int MAX_FAILED = 1000;

  public CompressResult {
    failed = List.copyOf(failed);
    warnings = List.copyOf(warnings);
    Objects.requireNonNull(totals);
    Objects.requireNonNull(work);
    Objects.requireNonNull(walk);
  }

  /** Walks over the models of a run, read from where the run left them. */
  @FunctionalInterface
  public interface ModelWalk {
    void forEach(Consumer<ModelResult> each) throws IOException;
  }

  /** Passes every model of the run, unchanged and failed ones too, in order of name. */
  public void forEachModel(Consumer<ModelResult> each) throws IOException {
    walk.forEach(each);
  }

  /** True when there was nothing new to store and nothing failed. */
  public boolean nothingToDo() {
    return totals.models() == 0 && work.modelsFailed() == 0;
  }
}
