package dev.zoopress.codec;

import java.io.IOException;

/** Decoded bytes are not the bytes that were stored. Never swallowed, never retried. */
public final class IntegrityException extends IOException {
  private static final long serialVersionUID = 1L;

  /** {@code what} names the file, chunk or tensor; digests are lower-case hex. */
  public IntegrityException(String what, String expected, String actual) {
    super(what + ": expected " + expected + ", got " + actual);
  }
}
