package dev.zoopress.eval.model;

/** What stands on top of an encoder. */
public enum Head {
  /** Scores over the vocabulary for every token. */
  MASKED_LM,
  /** One score per class for a text or a pair of texts. */
  CLASSIFICATION,
  /** The last hidden state and, where the weights have one, the pooled first token. */
  FEATURES
}
