package dev.zoopress.jobs.source;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A local directory, read through java.nio because Hadoop's local file system hides links. */
final class LocalFiles implements SourceFiles {
  private final Path root;

  LocalFiles(Path root) throws IOException {
    this.root = root.toRealPath();
  }

  @Override
  public String root() {
    return root.toString();
  }

  @Override
  public List<Node> list(String directory, Consumer<String> problems) throws IOException {
    List<Node> nodes = new ArrayList<>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(resolve(directory))) {
      for (Path child : children) {
        try {
          Path name = child.getFileName();
          String text = name.toString();
          if (text.indexOf('\uFFFD') >= 0 || !name.equals(Path.of(text))) {
            throw new InvalidPathException(text, "not valid in this locale");
          }
          nodes.add(node(directory.isEmpty() ? text : directory + "/" + text, child));
        } catch (InvalidPathException e) {
          problems.accept(
              child + ": the name is not valid UTF-8, or the JVM runs without a UTF-8 locale");
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    nodes.sort(Comparator.comparing(Node::path));
    return nodes;
  }

  private static Node node(String path, Path file) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (attributes.isSymbolicLink()) {
      return Node.link(path, Files.readSymbolicLink(file).toString());
    }
    if (attributes.isDirectory()) {
      return Node.directory(path);
    }
    return attributes.isRegularFile()
        ? new Node(path, Node.Kind.FILE, stamp(attributes), "")
        : Node.special(path);
  }

  private static Stamp stamp(BasicFileAttributes attributes) {
    return new Stamp(attributes.size(), attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS), "");
  }

  @Override
  public Node follow(Node link) throws IOException {
    Path end;
    try {
      end = resolve(link.path()).toRealPath();
    } catch (NoSuchFileException e) {
      throw new IOException("the link leads nowhere: " + link.linkText(), e);
    } catch (FileSystemLoopException e) {
      throw new IOException("the link leads in a circle: " + link.linkText(), e);
    } catch (AccessDeniedException e) {
      throw new IOException("no permission to follow the link: " + link.linkText(), e);
    } catch (IOException e) {
      throw new IOException("the link cannot be followed: " + e.getMessage(), e);
    }
    if (!end.startsWith(root)) {
      throw new IOException("the link leads out of " + root + ": " + link.linkText());
    }
    return node(root.relativize(end).toString(), end);
  }

  @Override
  public byte[] readSmall(String path, int maxBytes) throws IOException {
    try (var in = Files.newInputStream(resolve(path))) {
      byte[] bytes = in.readNBytes(maxBytes + 1);
      if (bytes.length > maxBytes) {
        throw new IOException(path + ": longer than " + maxBytes + " bytes");
      }
      return bytes;
    }
  }

  @Override
  public SourceFile open(String path, Stamp expected) throws IOException {
    Path file = resolve(path);
    // A pipe or a link that took the file's place must not even be opened: the one blocks, the
    // other leads elsewhere.
    OpenFile.check(path, file, expected);
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      throw new SourceChangedException(path, "vanished");
    } catch (FileSystemException e) {
      throw unreadable(path, e);
    }
    OpenFile open = new OpenFile(path, file, expected, channel);
    try {
      open.checkUnchanged();
      return open;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static IOException unreadable(String path, FileSystemException e) {
    boolean denied = e instanceof AccessDeniedException;
    String why = denied ? "permission denied: check its owner" : String.valueOf(e.getReason());
    return new IOException(path + ": cannot be opened: " + why, e);
  }

  private Path resolve(String path) throws IOException {
    try {
      Path resolved = root.resolve(path);
      if (!resolved.normalize().startsWith(root)) {
        throw new IOException(path + ": leads out of " + root);
      }
      return resolved;
    } catch (InvalidPathException e) {
      throw new IOException(path + ": not a file name here: " + e.getReason(), e);
    }
  }

  private static final class OpenFile implements SourceFile {
    /** The JDK copies through a direct buffer as large as the request: keep that one small. */
    private static final int SLICE_BYTES = 1 << 18;

    private final String name;
    private final Path file;
    private final Stamp expected;
    private final FileChannel channel;

    OpenFile(String name, Path file, Stamp expected, FileChannel channel) {
      this.name = name;
      this.file = file;
      this.expected = expected;
      this.channel = channel;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long size() {
      return expected.sizeBytes();
    }

    @Override
    public void readFully(long positionBytes, byte[] target, int offset, int length)
        throws IOException {
      int done = 0;
      while (done < length) {
        int slice = Math.min(SLICE_BYTES, length - done);
        int n = read(target, offset + done, slice, positionBytes + done);
        if (n < 0) {
          throw positionBytes + length <= size()
              ? new SourceChangedException(name, "became shorter")
              : new EOFException(name + ": ends before byte " + (positionBytes + length));
        }
        done += n;
      }
    }

    private int read(byte[] target, int offset, int length, long position) throws IOException {
      try {
        return channel.read(ByteBuffer.wrap(target, offset, length), position);
      } catch (IOException e) {
        throw new IOException(
            name
                + ": cannot be read at byte "
                + position
                + " ("
                + e.getMessage()
                + "): check the disk, or bring the file again",
            e);
      }
    }

    @Override
    public void checkUnchanged() throws IOException {
      check(name, file, expected);
    }

    static void check(String name, Path file, Stamp expected) throws IOException {
      try {
        BasicFileAttributes now =
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!now.isRegularFile() || !stamp(now).sameState(expected)) {
          throw new SourceChangedException(name, "changed");
        }
      } catch (NoSuchFileException e) {
        throw new SourceChangedException(name, "vanished");
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
