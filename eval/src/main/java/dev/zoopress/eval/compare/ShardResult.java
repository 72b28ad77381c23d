package dev.zoopress.eval.compare;

import java.io.Serializable;
import java.util.List;

/**
 * The outcomes of some examples of one task.
 *
 * @param refused examples that cannot be asked, with the reason
 * @param secondsA wall time in the session of A's first run; {@code secondsB} of B's
 */
public record ShardResult(
    List<ExampleOutcome> outcomes,
    List<String> refused,
    Touched touched,
    double secondsA,
    double secondsB)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  public ShardResult {
    outcomes = List.copyOf(outcomes);
    refused = List.copyOf(refused);
  }
}
