package dev.zoopress.codec.format;

import dev.zoopress.codec.ByteSource;
import java.io.EOFException;
import java.io.IOException;

/** Bytes in memory as a source; counts what is read. */
final class MemorySource implements ByteSource {
  private final byte[] bytes;
  private long readBytes;
  private int reads;

  MemorySource(byte[] bytes) {
    this.bytes = bytes;
  }

  long readBytes() {
    return readBytes;
  }

  int reads() {
    return reads;
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public void readFully(long positionBytes, byte[] target, int offset, int length)
      throws IOException {
    if (positionBytes < 0 || length > bytes.length - positionBytes) {
      throw new EOFException(positionBytes + " + " + length + " of " + bytes.length);
    }
    readBytes += length;
    reads++;
    System.arraycopy(bytes, (int) positionBytes, target, offset, length);
  }
}
