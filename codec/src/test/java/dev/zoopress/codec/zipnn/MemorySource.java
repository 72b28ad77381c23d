package dev.zoopress.codec.zipnn;

import dev.zoopress.codec.ByteSource;
import java.io.EOFException;
import java.io.IOException;

record MemorySource(String name, byte[] bytes) implements ByteSource {
  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public void readFully(long positionBytes, byte[] target, int offset, int length)
      throws IOException {
    if (positionBytes + length > bytes.length) {
      throw new EOFException(name + ": read past the end");
    }
    System.arraycopy(bytes, (int) positionBytes, target, offset, length);
  }
}
