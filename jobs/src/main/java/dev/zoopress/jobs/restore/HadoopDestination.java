package dev.zoopress.jobs.restore;

import dev.zoopress.codec.hash.Digests;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A folder on a Hadoop file system. Where an object appears only when its stream is closed, a
 * failed one is aborted; elsewhere files are written beside and renamed.
 */
final class HadoopDestination implements Destination {
  private final Path root;
  private final FileSystem files;

  HadoopDestination(Path root, Configuration conf) throws IOException {
    this.files = root.getFileSystem(conf);
    this.root = files.makeQualified(root);
  }

  FileSystem files() {
    return files;
  }

  /** Names from manifests hold no scheme: ':' and the like must stay part of the name. */
  Path path(String path) {
    return new Path(root.toUri().getScheme(), root.toUri().getAuthority(), base() + "/" + path);
  }

  private String base() {
    String base = root.toUri().getPath();
    return base.equals("/") ? "" : base;
  }

  @Override
  public Found look(String path, long sizeBytes) throws IOException {
    try {
      FileStatus found = files.getFileStatus(path(path));
      if (!found.isFile()) {
        return Found.OBSTACLE;
      }
      return found.getLen() == sizeBytes ? Found.SAME_SIZE : Found.OTHER_SIZE;
    } catch (FileNotFoundException e) {
      return Found.NOTHING;
    }
  }

  @Override
  public String sha256(String path) throws IOException {
    MessageDigest digest = Digests.sha256();
    byte[] buffer = new byte[1 << 20];
    try (FSDataInputStream in = files.open(path(path))) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        Digests.update(digest, buffer, 0, count);
      }
    }
    return Digests.hex(digest);
  }

  @Override
  public Draft create(String path, long sizeBytes) throws IOException {
    Path target = path(path);
    if (files.hasPathCapability(target, CommonPathCapabilities.ABORTABLE_STREAM)) {
      return new ObjectDraft(files.createFile(target).recursive().overwrite(true).build());
    }
    Path beside = new Path(target.getParent(), ".zoopress-" + UUID.randomUUID());
    return new RenamedDraft(beside, target, files.create(beside, false));
  }

  @Override
  public void link(String link, String text, Replace replace) throws IOException {
    throw new ObstacleException(
        "the cache layout needs links, and "
            + root
            + " has none: use a local --to, or --layout plain");
  }

  @Override
  public void close() {}

  /** Visible when closed, gone when aborted. */
  private static final class ObjectDraft implements Draft {
    private final FSDataOutputStream out;
    private boolean published;

    ObjectDraft(FSDataOutputStream out) {
      this.out = out;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
      bytes.position(bytes.limit());
    }

    @Override
    public void publish() throws IOException {
      out.close();
      published = true;
    }

    @Override
    public void close() {
      if (!published) {
        out.abort();
      }
    }
  }

  private final class RenamedDraft implements Draft {
    private final Path beside;
    private final Path target;
    private final FSDataOutputStream out;
    private boolean published;

    RenamedDraft(Path beside, Path target, FSDataOutputStream out) {
      this.beside = beside;
      this.target = target;
      this.out = out;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
      bytes.position(bytes.limit());
    }

    @Override
    public void publish() throws IOException {
      out.close();
      files.delete(target, false);
      if (!files.rename(beside, target)) {
        throw new IOException(target + ": could not be given its name");
      }
      published = true;
    }

    @Override
    public void close() throws IOException {
      if (!published) {
        out.close();
        files.delete(beside, false);
      }
    }
  }
}
