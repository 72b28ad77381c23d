package dev.zoopress.eval.compare;

import java.io.Serializable;

/**
 * A flipped bit and what noticed it.
 *
 * @param mustL2 whether the flip is large enough that outputs must change
 */
public record NegativeControl(
    String tensor,
    long element,
    String bit,
    boolean caughtL0,
    boolean caughtL1,
    boolean caughtL2,
    boolean mustL2)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  public boolean passed() {
    return caughtL0 && caughtL1 && (caughtL2 || !mustL2);
  }
}
