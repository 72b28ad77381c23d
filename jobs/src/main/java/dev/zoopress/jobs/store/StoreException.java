package dev.zoopress.jobs.store;

import java.io.IOException;

/** The store could not be reached or refused; the message says what to do. */
public final class StoreException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What is known of the write that failed; decides whether cleaning up after it is safe. */
  public enum WriteState {
    /** Nothing was written: the call may be repeated, or given up without a trace. */
    NOT_WRITTEN,
    /** The object may or may not be there, now or a little later. */
    UNKNOWN
  }

  private final WriteState writeState;

  /** {@code message} names the object and what to do. */
  public StoreException(String message, WriteState writeState, Throwable cause) {
    super(message, cause);
    this.writeState = writeState;
  }

  /** For reads always {@link WriteState#NOT_WRITTEN}. */
  public WriteState writeState() {
    return writeState;
  }
}
