package dev.zoopress.eval.task;

import java.io.Serializable;
import java.util.List;

/**
 * What a model says to one question: tokens for a mask, best first; the class and all logits of a
 * text; for pseudo-perplexity the sum of log probabilities and the number of tokens.
 *
 * @param ids tokens, or the chosen class
 * @param scores probabilities of the tokens, or the logits, neither rounded
 * @param tokens the tokens' own text
 * @param sequences the input with the mask filled in
 */
public record Answer(
    List<Integer> ids, List<Double> scores, List<String> tokens, List<String> sequences)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  public Answer {
    ids = List.copyOf(ids);
    scores = List.copyOf(scores);
    tokens = List.copyOf(tokens);
    sequences = List.copyOf(sequences);
  }
}
