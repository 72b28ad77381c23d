package dev.zoopress.eval.model;

import java.io.IOException;

/** A model cannot be run: its message says what is wrong, in which file, and what to do. */
public final class UnusableModelException extends IOException {
  private static final long serialVersionUID = 1L;

  public UnusableModelException(String message) {
    super(message);
  }

  public UnusableModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
