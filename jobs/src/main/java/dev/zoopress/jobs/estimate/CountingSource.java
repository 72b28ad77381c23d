package dev.zoopress.jobs.estimate;

import dev.zoopress.codec.ByteSource;
import java.io.IOException;

/** Counts the bytes that are asked for. For one thread. */
final class CountingSource implements ByteSource {
  private final ByteSource source;
  private long bytesRead;

  CountingSource(ByteSource source) {
    this.source = source;
  }

  @Override
  public String name() {
    return source.name();
  }

  @Override
  public long size() {
    return source.size();
  }

  @Override
  public void readFully(long positionBytes, byte[] target, int offset, int length)
      throws IOException {
    source.readFully(positionBytes, target, offset, length);
    bytesRead += length;
  }

  long bytesRead() {
    return bytesRead;
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
