package dev.zoopress.codec;

import java.io.IOException;

/** One of our own objects (pack, frame, manifest, pointer) is damaged. */
public final class CorruptContainerException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String object;
  private final long offsetBytes;
  private final String reason;

  /** Names the object, the byte offset inside it at which damage showed, and what is wrong. */
  public CorruptContainerException(String object, long offsetBytes, String reason) {
    super(object + ": damaged at byte " + offsetBytes + ": " + reason);
    this.object = object;
    this.offsetBytes = offsetBytes;
    this.reason = reason;
  }

  public String object() {
    return object;
  }

  public long offsetBytes() {
    return offsetBytes;
  }

  public String reason() {
    return reason;
  }
}
