package dev.zoopress.codec.pack;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.IntegrityException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Objects;

/** A file of the local disk, with the size it had when it was opened. Thread-safe. */
public final class LocalFile implements ByteSource {
  private final Path path;
  private final FileChannel channel;
  private final long size;
  private final FileTime modified;

  private LocalFile(Path path, FileChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    this.size = channel.size();
    this.modified = Files.getLastModifiedTime(path);
  }

  /**
   * Opens {@code path} for reading.
   *
   * @throws NoSuchFileException if there is no regular file
   */
  public static LocalFile open(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new NoSuchFileException(path.toString(), null, "no regular file");
    }
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      return new LocalFile(path, channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
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
    Objects.checkFromIndexSize(offset, length, target.length);
    if (positionBytes < 0 || positionBytes > size - length) {
      throw new EOFException(path + ": " + length + " bytes at " + positionBytes + " of " + size);
    }
    ByteBuffer buffer = ByteBuffer.wrap(target, offset, length);
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, positionBytes + buffer.position() - offset);
      if (read < 0) {
        throw new EOFException(path + " became shorter while it was read");
      }
    }
  }

  /**
   * Checks that the file was not touched since it was opened.
   *
   * @throws IntegrityException if size or modification time differ
   */
  public void requireUnchanged() throws IOException {
    long sizeNow = Files.size(path);
    FileTime modifiedNow = Files.getLastModifiedTime(path);
    if (sizeNow != size || !modifiedNow.equals(modified)) {
      throw new IntegrityException(
          path + " changed while it was read: try again",
          size + " bytes of " + modified,
          sizeNow + " bytes of " + modifiedNow);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
