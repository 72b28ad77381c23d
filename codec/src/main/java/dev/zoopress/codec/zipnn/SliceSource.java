package dev.zoopress.codec.zipnn;

import dev.zoopress.codec.ByteSource;
import java.io.EOFException;
import java.io.IOException;

/** A stretch of another source, which stays its owner's. */
record SliceSource(ByteSource whole, String name, long start, long size) implements ByteSource {
  @Override
  public void readFully(long positionBytes, byte[] target, int offset, int length)
      throws IOException {
    if (positionBytes < 0 || positionBytes > size - length) {
      throw new EOFException(name + ": " + length + " bytes at " + positionBytes + " of " + size);
    }
    whole.readFully(start + positionBytes, target, offset, length);
  }
}
