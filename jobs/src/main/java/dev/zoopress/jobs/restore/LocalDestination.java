package dev.zoopress.jobs.restore;

import dev.zoopress.codec.hash.Digests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * A local folder. Folders inside it are entered by handle and never through a link, so that nobody
 * who plants or swaps links can lead a file out of it.
 */
final class LocalDestination implements Destination {
  /** The JDK copies through a direct buffer as large as the request: keep that one small. */
  private static final int SLICE_BYTES = 1 << 18;

  private static final String DRAFTS = ".zoopress-restore-";
  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
  private static final Set<OpenOption> CREATE =
      Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW, LinkOption.NOFOLLOW_LINKS);

  private static final Set<OpenOption> SHARE =
      Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE, LinkOption.NOFOLLOW_LINKS);

  private final Path root;
  private final String drafts;

  /**
   * The folder need not exist yet; links on the way to it are followed, as the caller named it.
   *
   * @param runId names the folder of unfinished files, which {@link #removeDrafts} removes
   */
  LocalDestination(Path root, String runId) throws IOException {
    try {
      Files.createDirectories(root);
      this.root = root.toRealPath();
    } catch (FileSystemException e) {
      String why = e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
      throw new IOException(
          root + ": cannot be used as a folder (" + why + "): choose another --to", e);
    }
    this.drafts = DRAFTS + runId;
  }

  @Override
  public Found look(String path, long sizeBytes) throws IOException {
    try (Folder folder = enter(path, Missing.FAIL)) {
      BasicFileAttributes found = folder.attributes(folder.name);
      if (!found.isRegularFile()) {
        return Found.OBSTACLE;
      }
      return found.size() == sizeBytes ? Found.SAME_SIZE : Found.OTHER_SIZE;
    } catch (NoSuchFileException e) {
      return Found.NOTHING;
    }
  }

  @Override
  public String sha256(String path) throws IOException {
    MessageDigest digest = Digests.sha256();
    try (Folder folder = enter(path, Missing.FAIL);
        SeekableByteChannel in = folder.handle.newByteChannel(Path.of(folder.name), READ)) {
      ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
      while (in.read(buffer) >= 0) {
        Digests.update(digest, buffer.flip());
        buffer.clear();
      }
    }
    return Digests.hex(digest);
  }

  @Override
  public Draft create(String path, long sizeBytes) throws IOException {
    return open(UUID.randomUUID().toString(), path, CREATE, 0);
  }

  /**
   * Opens the unfinished file {@code name}, shared by the tasks that write its ranges, at a
   * position. It stays until somebody publishes it or the drafts are removed.
   */
  Draft share(String name, String path, long positionBytes) throws IOException {
    return open(name, path, SHARE, positionBytes);
  }

  /** The path of an unfinished file, for reading it again with {@link #sha256}. */
  String draft(String name) {
    return drafts + "/" + name;
  }

  private LocalDraft open(String name, String path, Set<OpenOption> options, long positionBytes)
      throws IOException {
    Folder folder = enter(draft(name), Missing.CREATE);
    try {
      SeekableByteChannel out = folder.handle.newByteChannel(Path.of(name), options);
      out.position(positionBytes);
      return new LocalDraft(path, folder, out, options == CREATE);
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  @Override
  public void link(String link, String text, Replace replace) throws IOException {
    try (Folder folder = enter(link, Missing.CREATE)) {
      Path path = root.resolve(link);
      for (int attempt = 0; ; attempt++) {
        try {
          // There is no symlinkat in Java; the parent was entered without links a moment ago.
          Files.createSymbolicLink(path, Path.of(text));
          return;
        } catch (FileAlreadyExistsException e) {
          BasicFileAttributes found = folder.attributes(folder.name);
          if (found.isSymbolicLink() && Files.readSymbolicLink(path).toString().equals(text)) {
            return;
          }
          if (replace == Replace.NEVER || found.isDirectory() || attempt > 3) {
            throw new ObstacleException(path + ": something else is there");
          }
          folder.handle.deleteFile(Path.of(folder.name));
        }
      }
    }
  }

  /** Removes what killed or failed tasks left. */
  void removeDrafts() throws IOException {
    try (Folder folder = enter(draft("x"), Missing.FAIL)) {
      List<Path> names = new ArrayList<>();
      folder.handle.forEach(p -> names.add(p.getFileName()));
      for (Path name : names) {
        folder.handle.deleteFile(name);
      }
    } catch (NoSuchFileException e) {
      return;
    }
    Files.deleteIfExists(root.resolve(drafts));
  }

  @Override
  public void close() {}

  private enum Missing {
    FAIL,
    CREATE
  }

  /** Opens the folder that holds {@code path}, part by part, refusing links. */
  private Folder enter(String path, Missing missing) throws IOException {
    String[] parts = Placement.checked(path).split("/");
    SecureDirectoryStream<Path> at = secure(Files.newDirectoryStream(root), root);
    Path full = root;
    try {
      for (int i = 0; i < parts.length - 1; i++) {
        full = full.resolve(parts[i]);
        SecureDirectoryStream<Path> next = step(at, parts[i], full, missing);
        at.close();
        at = next;
      }
      return new Folder(at, parts[parts.length - 1]);
    } catch (IOException | RuntimeException e) {
      at.close();
      throw e;
    }
  }

  private static SecureDirectoryStream<Path> step(
      SecureDirectoryStream<Path> at, String part, Path full, Missing missing) throws IOException {
    for (int attempt = 0; ; attempt++) {
      try {
        return at.newDirectoryStream(Path.of(part), LinkOption.NOFOLLOW_LINKS);
      } catch (NoSuchFileException e) {
        if (missing == Missing.FAIL || attempt > 0) {
          throw e;
        }
        try {
          Files.createDirectory(full);
        } catch (FileAlreadyExistsException raced) {
          continue;
        }
      } catch (FileSystemException e) {
        throw new ObstacleException(
            full
                + " is a link or a file where a folder belongs; links inside the target are not"
                + " followed");
      }
    }
  }

  private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream, Path folder)
      throws IOException {
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    stream.close();
    throw new IOException(
        folder
            + ": this file system cannot be entered safely against links; choose another target");
  }

  /** An open folder and a name in it. */
  private record Folder(SecureDirectoryStream<Path> handle, String name) implements AutoCloseable {
    BasicFileAttributes attributes(String entry) throws IOException {
      return handle
          .getFileAttributeView(
              Path.of(entry), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .readAttributes();
    }

    @Override
    public void close() throws IOException {
      handle.close();
    }
  }

  private final class LocalDraft implements Draft {
    private final String path;
    private final Folder folder;
    private final SeekableByteChannel out;
    private boolean remove;

    LocalDraft(String path, Folder folder, SeekableByteChannel out, boolean remove) {
      this.remove = remove;
      this.path = path;
      this.folder = folder;
      this.out = out;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      try {
        while (bytes.hasRemaining()) {
          int slice = Math.min(SLICE_BYTES, bytes.remaining());
          bytes.position(bytes.position() + out.write(bytes.slice(bytes.position(), slice)));
        }
      } catch (IOException e) {
        throw new IOException(
            root.resolve(path)
                + ": cannot be written at byte "
                + out.position()
                + " ("
                + e.getMessage()
                + "); what is whole stays, the rest is removed: make room there or choose another"
                + " --to, and run again",
            e);
      }
    }

    @Override
    public void publish() throws IOException {
      out.close();
      try (Folder target = enter(path, Missing.CREATE)) {
        folder.handle.move(Path.of(folder.name), target.handle, Path.of(target.name));
        remove = false;
      }
    }

    @Override
    public void close() throws IOException {
      out.close();
      if (remove) {
        try {
          folder.handle.deleteFile(Path.of(folder.name));
        } catch (NoSuchFileException e) {
          // The end of the run cleans up as well.
        }
      }
      folder.close();
    }
  }
}
