package dev.zoopress.codec.format;

import dev.zoopress.codec.ByteSource;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A local file as a source. */
final class FileSource implements ByteSource {
  private final Path path;
  private final FileChannel channel;
  private final long size;

  FileSource(Path path) throws IOException {
    this.path = path;
    this.channel = FileChannel.open(path, StandardOpenOption.READ);
    this.size = channel.size();
  }

  @Override
  public String name() {
    return path.toString();
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void readFully(long positionBytes, byte[] target, int offset, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(target, offset, length);
    long at = positionBytes;
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, at);
      if (read < 0) {
        throw new EOFException(path + " ends at " + at);
      }
      at += read;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
