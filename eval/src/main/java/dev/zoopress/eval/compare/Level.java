package dev.zoopress.eval.compare;

/** What is compared, from the bytes of files up to the metrics of tasks. */
public enum Level {
  L0("Files", "SHA-256 and size of every file"),
  L1("Tensors", "SHA-256 of every tensor, and of every buffer handed to the runtime"),
  L2("Output bits", "SHA-256 of the raw output bits of every example"),
  L3("Distance", "largest absolute, relative and ULP difference of any output value"),
  L4("Answers", "predictions, top tokens, their order and unrounded scores"),
  L5("Metrics", "every task metric, computed on each side");

  private final String title;
  private final String evidence;

  Level(String title, String evidence) {
    this.title = title;
    this.evidence = evidence;
  }

  public String title() {
    return title;
  }

  public String evidence() {
    return evidence;
  }
}
