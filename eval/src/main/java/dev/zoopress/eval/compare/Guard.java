package dev.zoopress.eval.compare;

import java.io.Serializable;

/**
 * A check that the comparison itself was sound.
 *
 * @param question what was asked
 * @param held whether the answer is the good one
 * @param detail what was seen
 */
public record Guard(String question, boolean held, String detail) implements Serializable {
  private static final long serialVersionUID = 1L;
}
