package dev.zoopress.jobs.store;

import java.io.IOException;

/** What would be published contradicts what is published; nothing was changed. */
public final class ConflictException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says which model, what contradicts what, and what to do. */
  public ConflictException(String message) {
    super(message);
  }
}
