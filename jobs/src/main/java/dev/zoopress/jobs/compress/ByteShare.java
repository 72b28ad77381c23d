package dev.zoopress.jobs.compress;

import java.io.Serializable;

/** Source bytes and what they became in the store. */
public record ByteShare(long bytes, long stored) implements Serializable {
  public ByteShare plus(ByteShare other) {
    return new ByteShare(bytes + other.bytes, stored + other.stored);
  }
}
