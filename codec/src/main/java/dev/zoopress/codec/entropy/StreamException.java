package dev.zoopress.codec.entropy;

import java.io.IOException;

/** An entropy-coded stream is not well-formed. Says what; the caller knows where. */
public final class StreamException extends IOException {
  private static final long serialVersionUID = 1L;

  public StreamException(String reason) {
    super(reason);
  }
}
