package dev.zoopress.codec;

import java.io.IOException;

/**
 * An input file breaks the rules of its container. The file itself may still be stored as opaque
 * bytes.
 */
public final class MalformedInputException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String source;
  private final long offsetBytes;
  private final String reason;

  /** Names the file, the byte at which it goes wrong and what is wrong there. */
  public MalformedInputException(String source, long offsetBytes, String reason) {
    super(source + ": at byte " + offsetBytes + ": " + reason);
    this.source = source;
    this.offsetBytes = offsetBytes;
    this.reason = reason;
  }

  public String source() {
    return source;
  }

  public long offsetBytes() {
    return offsetBytes;
  }

  public String reason() {
    return reason;
  }
}
