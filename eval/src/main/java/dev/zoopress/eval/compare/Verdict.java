package dev.zoopress.eval.compare;

/** What may be said of a model. */
public enum Verdict {
  EQUAL("EQUAL"),
  NOT_EQUAL("NOT EQUAL"),
  INCONCLUSIVE("INCONCLUSIVE");

  private final String words;

  Verdict(String words) {
    this.words = words;
  }

  public String words() {
    return words;
  }
}
