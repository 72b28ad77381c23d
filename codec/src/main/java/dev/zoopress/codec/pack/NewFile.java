package dev.zoopress.codec.pack;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.CopyOption;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A file that appears under its name when it is complete, never before. What is written goes to a
 * hidden file beside it, which closing removes.
 */
final class NewFile extends OutputStream {
  private final Path target;
  private final Path draft;
  private final FileChannel channel;
  private final boolean replace;

  private NewFile(Path target, Path draft, FileChannel channel, boolean replace) {
    this.target = target;
    this.draft = draft;
    this.channel = channel;
    this.replace = replace;
  }

  /**
   * @throws FileAlreadyExistsException if {@code target} exists, also as a dangling link, and the
   *     options do not hold {@code REPLACE_EXISTING}
   */
  static NewFile create(Path target, CopyOption... options) throws IOException {
    boolean replace = false;
    for (CopyOption option : options) {
      if (option != StandardCopyOption.REPLACE_EXISTING) {
        throw new UnsupportedOperationException(option.toString());
      }
      replace = true;
    }
    if (!replace && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    Path draft = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
    FileChannel channel =
        FileChannel.open(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return new NewFile(target, draft, channel, replace);
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
    try {
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    } catch (IOException e) {
      // A full disk says what is wrong, but not where.
      FileSystemException named = new FileSystemException(target.toString(), null, e.getMessage());
      named.initCause(e);
      throw named;
    }
  }

  /** Gives the file its name; of several writers that may not replace, one wins. */
  void publish() throws IOException {
    channel.force(true);
    channel.close();
    if (replace) {
      Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    try {
      Files.createLink(target, draft);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      // No hard links there: looks, then renames.
      Files.move(draft, target);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(draft);
  }
}
