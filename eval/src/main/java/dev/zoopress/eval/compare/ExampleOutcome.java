package dev.zoopress.eval.compare;

import dev.zoopress.eval.task.Answer;
import dev.zoopress.eval.task.Example;
import java.io.Serializable;
import java.util.List;

/**
 * What both sides made of one example: original (A), stored (B), original again.
 *
 * @param inputsA digest of the token ids of A's own tokenizer; {@code inputsB} of B's
 * @param logitsA SHA-256 of the raw output bits; {@code logitsB} and {@code logitsAgain} likewise
 * @param tokens tokens of A's input
 * @param nonFinite output values of A or B that are NaN or infinite
 * @param difference between A and B
 */
public record ExampleOutcome(
    Example example,
    String inputsA,
    String inputsB,
    String logitsA,
    String logitsB,
    String logitsAgain,
    int tokens,
    boolean truncated,
    long nonFinite,
    Difference difference,
    List<Answer> answersA,
    List<Answer> answersB)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  public ExampleOutcome {
    answersA = List.copyOf(answersA);
    answersB = List.copyOf(answersB);
  }

  /** Whether A's second run gave A's bits. */
  public boolean repeats() {
    return logitsA.equals(logitsAgain);
  }

  public boolean sameBits() {
    return logitsA.equals(logitsB) && inputsA.equals(inputsB);
  }

  public boolean sameAnswers() {
    return answersA.equals(answersB);
  }
}
