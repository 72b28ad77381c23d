package dev.zoopress.jobs.store;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.jobs.store.StoreException.WriteState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * A store on local disk. An object is written beside the store's folders, forced to disk, and gets
 * its name by a hard link, which fails if the name is taken: Hadoop's own local create checks first
 * and creates then, so that two racers both win.
 */
final class LocalStore implements ObjectStore {
  /** Hidden from listings; what a killed process leaves here is only waste. */
  static final String SPOOL = ".spool";

  private final Path root;
  private final StoreErrors errors;
  private final FolderSync folders = new FolderSync();

  LocalStore(Path root) {
    this.root = root.toAbsolutePath().normalize();
    this.errors = StoreErrors.local(this.root.toString());
  }

  @Override
  public String name() {
    return errors.store();
  }

  @Override
  public boolean putIfAbsent(String key, byte[] bytes) throws IOException {
    Path target = path(key);
    try {
      if (Files.exists(target)) {
        return false;
      }
      Path temporary = write(bytes);
      try {
        return link(target, temporary);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw errors.translate(key, e, WriteState.NOT_WRITTEN);
    }
  }

  @Override
  public boolean putIfAbsent(String key, Path file) throws IOException {
    Path target = path(key);
    try {
      Path temporary = file;
      if (Files.exists(target)) {
        Files.deleteIfExists(file);
        return false;
      }
      boolean near = Files.getFileStore(file).equals(Files.getFileStore(spoolDirectory()));
      if (!near) {
        temporary = spoolDirectory().resolve(UUID.randomUUID().toString());
      }
      try {
        if (!near) {
          Files.copy(file, temporary, StandardCopyOption.REPLACE_EXISTING);
        }
        FolderSync.forceFile(temporary);
        return link(target, temporary);
      } finally {
        Files.deleteIfExists(temporary);
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw errors.translate(key, e, WriteState.NOT_WRITTEN);
    }
  }

  @Override
  public void put(String key, byte[] bytes) throws IOException {
    Path target = path(key);
    try {
      Path temporary = write(bytes);
      try {
        folders.create(target.getParent());
        Files.move(
            temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        folders.force(target.getParent());
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw errors.translate(key, e, WriteState.UNKNOWN);
    }
  }

  @Override
  public byte[] get(String key, int maxBytes) throws IOException {
    try (ByteSource source = open(key)) {
      if (source.size() > maxBytes) {
        throw new CorruptContainerException(
            key, maxBytes, "it has " + source.size() + " bytes, at most " + maxBytes + " expected");
      }
      byte[] bytes = new byte[(int) source.size()];
      source.readFully(0, bytes, 0, bytes.length);
      return bytes;
    }
  }

  @Override
  public ByteSource open(String key) throws IOException {
    Path path = path(key);
    try {
      if (Files.isDirectory(path)) {
        throw new ObjectNotFoundException(name(), key);
      }
      return new LocalSource(key, FileChannel.open(path, StandardOpenOption.READ), errors);
    } catch (NoSuchFileException e) {
      throw new ObjectNotFoundException(name(), key);
    } catch (IOException e) {
      throw missing(e)
          ? new ObjectNotFoundException(name(), key)
          : errors.translate(key, e, WriteState.NOT_WRITTEN);
    }
  }

  @Override
  public OptionalLong size(String key) throws IOException {
    Path path = path(key);
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return attributes.isRegularFile() ? OptionalLong.of(attributes.size()) : OptionalLong.empty();
    } catch (IOException e) {
      if (missing(e)) {
        return OptionalLong.empty();
      }
      throw errors.translate(key, e, WriteState.NOT_WRITTEN);
    }
  }

  @Override
  public void list(String folder, Consumer<ObjectInfo> each) throws IOException {
    Path start = root.resolve(Keys.folder(folder));
    try {
      if (Files.isDirectory(start)) {
        Files.walkFileTree(start, new Listing(each));
      }
    } catch (IOException e) {
      throw errors.translate(folder, e, WriteState.NOT_WRITTEN);
    }
  }

  @Override
  public void children(String folder, Consumer<String> each) throws IOException {
    Path start = root.resolve(Keys.folder(folder));
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(start)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (!name.equals(SPOOL)) {
          each.accept(name);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return;
    } catch (IOException e) {
      throw errors.translate(folder, e, WriteState.NOT_WRITTEN);
    }
  }

  @Override
  public boolean delete(String key) throws IOException {
    Path path = path(key);
    try {
      if (Files.isDirectory(path)) {
        return false;
      }
      return Files.deleteIfExists(path);
    } catch (IOException e) {
      if (missing(e)) {
        return false;
      }
      throw errors.translate(key, e, WriteState.UNKNOWN);
    }
  }

  @Override
  public void leftovers(Consumer<ObjectInfo> each) throws IOException {
    Path spool = root.resolve(SPOOL);
    if (Files.isDirectory(spool)) {
      try {
        Files.walkFileTree(spool, new Listing(each));
      } catch (IOException e) {
        throw errors.translate(SPOOL, e, WriteState.NOT_WRITTEN);
      }
    }
  }

  @Override
  public boolean removeLeftover(ObjectInfo leftover) throws IOException {
    Path file = root.resolve(Keys.key(leftover.key()));
    if (!file.startsWith(root.resolve(SPOOL))) {
      throw new IllegalArgumentException("no leftover: '" + leftover.key() + "'");
    }
    try {
      return Files.deleteIfExists(file);
    } catch (IOException e) {
      throw errors.translate(leftover.key(), e, WriteState.UNKNOWN);
    }
  }

  @Override
  public Path spoolDirectory() throws IOException {
    Path spool = root.resolve(SPOOL);
    try {
      folders.create(spool);
    } catch (IOException e) {
      throw errors.translate(SPOOL, e, WriteState.NOT_WRITTEN);
    }
    return spool;
  }

  @Override
  public void close() {}

  private Path path(String key) {
    if (Keys.key(key).equals(SPOOL) || key.startsWith(SPOOL + "/")) {
      throw new IllegalArgumentException("key is reserved: '" + key + "'");
    }
    return root.resolve(key);
  }

  private Path write(byte[] bytes) throws IOException {
    Path temporary = spoolDirectory().resolve(UUID.randomUUID().toString());
    try (FileChannel channel =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(false);
      return temporary;
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
  }

  private boolean link(Path target, Path temporary) throws IOException {
    folders.create(target.getParent());
    try {
      Files.createLink(target, temporary);
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (UnsupportedOperationException e) {
      throw new FileSystemException(
          target.toString(),
          null,
          "this file system has no hard links, choose another for the store");
    }
    folders.force(target.getParent());
    return true;
  }

  /** A file in the place of a folder counts as "no such object" too. */
  private static boolean missing(IOException e) {
    return e instanceof NoSuchFileException
        || (e instanceof FileSystemException f && "Not a directory".equals(f.getReason()));
  }

  private final class Listing extends SimpleFileVisitor<Path> {
    private final Consumer<ObjectInfo> each;
    private Path start;

    Listing(Consumer<ObjectInfo> each) {
      this.each = each;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      start = start == null ? folder : start;
      return folder.equals(root.resolve(SPOOL)) && !folder.equals(start)
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (attributes.isRegularFile()) {
        String key = root.relativize(file).toString();
        each.accept(
            new ObjectInfo(key, attributes.size(), attributes.lastModifiedTime().toMillis()));
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw e;
    }
  }
}
