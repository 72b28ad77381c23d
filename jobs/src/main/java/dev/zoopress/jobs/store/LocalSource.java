package dev.zoopress.jobs.store;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.jobs.store.StoreException.WriteState;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/** An object on local disk; the open channel pins it even if its name goes away. */
final class LocalSource implements ByteSource {
  /** The JDK copies through a direct buffer as large as the request: keep that one small. */
  private static final int SLICE_BYTES = 1 << 18;

  private final String key;
  private final FileChannel channel;
  private final StoreErrors errors;
  private final long sizeBytes;

  LocalSource(String key, FileChannel channel, StoreErrors errors) throws IOException {
    this.key = key;
    this.channel = channel;
    this.errors = errors;
    this.sizeBytes = channel.size();
  }

  @Override
  public String name() {
    return key;
  }

  @Override
  public long size() {
    return sizeBytes;
  }

  @Override
  public void readFully(long positionBytes, byte[] target, int offset, int length)
      throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (positionBytes < 0) {
      throw new IllegalArgumentException("position must not be negative: " + positionBytes);
    }
    if (positionBytes > sizeBytes - length) {
      throw new EOFException(
          key + ": " + length + " bytes wanted at byte " + positionBytes + " of " + sizeBytes);
    }
    int done = 0;
    while (done < length) {
      int slice = Math.min(SLICE_BYTES, length - done);
      long position = positionBytes + done;
      int read;
      try {
        read = channel.read(ByteBuffer.wrap(target, offset + done, slice), position);
      } catch (IOException e) {
        throw errors.translate(key, e, WriteState.NOT_WRITTEN);
      }
      if (read < 0) {
        throw new EOFException(key + ": ends at byte " + position + " instead of " + sizeBytes);
      }
      done += read;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
