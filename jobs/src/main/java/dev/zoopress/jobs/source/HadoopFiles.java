package dev.zoopress.jobs.source;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** A directory on any Hadoop file system, object stores first of all. */
final class HadoopFiles implements SourceFiles {
  private final Path root;
  private final FileSystem fileSystem;

  HadoopFiles(String uri, Configuration conf) throws IOException {
    Path path = new Path(uri);
    this.fileSystem = path.getFileSystem(conf);
    this.root = fileSystem.makeQualified(path);
  }

  @Override
  public String root() {
    return root.toString();
  }

  @Override
  public List<Node> list(String directory, Consumer<String> problems) throws IOException {
    List<Node> nodes = new ArrayList<>();
    RemoteIterator<FileStatus> children = fileSystem.listStatusIterator(resolve(directory));
    while (children.hasNext()) {
      FileStatus status = children.next();
      String name = status.getPath().getName();
      if (name.isEmpty() || name.equals(".") || name.equals("..")) {
        problems.accept(status.getPath() + ": a name that no directory can hold");
        continue;
      }
      String path = directory.isEmpty() ? name : directory + "/" + name;
      if (status.isSymlink()) {
        nodes.add(Node.link(path, status.getSymlink().toString()));
      } else if (status.isDirectory()) {
        nodes.add(Node.directory(path));
      } else {
        nodes.add(new Node(path, Node.Kind.FILE, stamp(status), ""));
      }
    }
    nodes.sort(Comparator.comparing(Node::path));
    return nodes;
  }

  private static Stamp stamp(FileStatus status) {
    String etag = status instanceof EtagSource source ? source.getEtag() : null;
    return new Stamp(
        status.getLen(), status.getModificationTime() * 1_000_000, etag == null ? "" : etag);
  }

  @Override
  public Node follow(Node link) throws IOException {
    throw new IOException("links are followed on local disks only");
  }

  @Override
  public byte[] readSmall(String path, int maxBytes) throws IOException {
    try (FSDataInputStream in = fileSystem.open(resolve(path))) {
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
    FileStatus status = checked(fileSystem, file, path, expected);
    try {
      FSDataInputStream in =
          fileSystem
              .openFile(file)
              .withFileStatus(status)
              .opt("fs.option.openfile.read.policy", "sequential, adaptive")
              .build()
              .get();
      return new OpenFile(path, file, expected, fileSystem, in);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(path + ": interrupted while opening", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(path, e.getCause());
    }
  }

  private static FileStatus checked(FileSystem fileSystem, Path file, String path, Stamp expected)
      throws IOException {
    try {
      FileStatus status = fileSystem.getFileStatus(file);
      if (!status.isFile() || !stamp(status).sameState(expected)) {
        throw new SourceChangedException(path, "changed");
      }
      return status;
    } catch (FileNotFoundException e) {
      throw new SourceChangedException(path, "vanished");
    }
  }

  /** Joins by URI parts: a plain {@code new Path(root, name)} trips over colons. */
  private Path resolve(String path) throws IOException {
    for (String name : path.split("/", -1)) {
      if (name.equals("..")) {
        throw new IOException(path + ": leads out of " + root);
      }
    }
    String base = root.toUri().getPath();
    return path.isEmpty()
        ? root
        : new Path(
            root.toUri().getScheme(),
            root.toUri().getAuthority(),
            (base.endsWith("/") ? base : base + "/") + path);
  }

  private static final class OpenFile implements SourceFile {
    private final String name;
    private final Path file;
    private final Stamp expected;
    private final FileSystem fileSystem;
    private final FSDataInputStream in;

    OpenFile(String name, Path file, Stamp expected, FileSystem fileSystem, FSDataInputStream in) {
      this.name = name;
      this.file = file;
      this.expected = expected;
      this.fileSystem = fileSystem;
      this.in = in;
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
      if (length > size() - positionBytes) {
        throw new EOFException(name + ": ends before byte " + (positionBytes + length));
      }
      if (in.getPos() != positionBytes) {
        in.seek(positionBytes);
      }
      try {
        in.readFully(target, offset, length);
      } catch (EOFException e) {
        throw new SourceChangedException(name, "became shorter");
      }
    }

    @Override
    public void checkUnchanged() throws IOException {
      checked(fileSystem, file, name, expected);
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
