package dev.zoopress.eval.compare;

/** What may be said of a model. */
public enum Verdict {
  EQUAL("EQUAL"),
  NOT_EQUAL("NOT EQUAL"),
  INCONCLUSIVE("INCONCLUSIVE"),
  /** No task applied or could be run; says nothing of the model. */
  NOT_RUN("NOT RUN");

  private final String words;

  Verdict(String words) {
    this.words = words;
  }

  public String words() {
    return words;
  }
}
