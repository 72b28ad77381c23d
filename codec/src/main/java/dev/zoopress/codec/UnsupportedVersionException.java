package dev.zoopress.codec;

import java.io.IOException;

/** An object was written by a version (or with a coding) that this build does not know. */
public final class UnsupportedVersionException extends IOException {
  private static final long serialVersionUID = 1L;

  /** {@code what} names the object and the field, the range is what this build reads. */
  public UnsupportedVersionException(String what, long found, long min, long max) {
    super(
        what
            + " is version "
            + found
            + ", this build reads "
            + min
            + " to "
            + max
            + ": use a newer zoopress");
  }
}
