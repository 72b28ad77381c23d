package dev.zoopress.jobs.store;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** How a file system can be made to create an object only if its name is free. */
enum CreateRule {
  /** The store itself decides when the write completes (S3: If-None-Match). */
  CONDITIONAL {
    @Override
    boolean create(FileSystem files, Path path, ObjectContent content) throws IOException {
      if (files.exists(path)) {
        return false;
      }
      String nonce = UUID.randomUUID().toString();
      for (int attempt = 1; ; attempt++) {
        try {
          FSDataOutputStreamBuilder<?, ?> builder = files.createFile(path);
          builder.must(CONDITIONAL_CREATE, true);
          builder.opt("fs.s3a.create.performance", true);
          builder.opt(NONCE_OPTION, nonce);
          FSDataOutputStream out = (FSDataOutputStream) builder.build();
          copy(content, out);
          return true;
        } catch (FileAlreadyExistsException | org.apache.hadoop.fs.PathExistsException e) {
          return ours(files, path, content, nonce);
        } catch (IOException | RuntimeException e) {
          // A lost answer, or one refused after a repetition by the client: what is there decides.
          if (files.exists(path)) {
            return ours(files, path, content, nonce);
          }
          if (attempt == CONFLICTS || !isConflict(e)) {
            throw e;
          }
          Attempts.pause(ThreadLocalRandom.current().nextLong(CONFLICT_MILLIS << attempt));
        }
      }
    }
  },
  /** A rename that refuses a taken name decides (HDFS and its like). */
  RENAME {
    @Override
    boolean create(FileSystem files, Path path, ObjectContent content) throws IOException {
      if (files.exists(path)) {
        return false;
      }
      Path temporary = new Path(path.getParent(), "." + UUID.randomUUID());
      try {
        copy(content, files.create(temporary, false));
        if (files.rename(temporary, path)) {
          return true;
        }
        if (files.exists(path)) {
          return false;
        }
        throw new IOException("rename refused, and the name is free");
      } catch (FileAlreadyExistsException e) {
        return false;
      } finally {
        files.delete(temporary, false);
      }
    }
  },
  /** Nothing decides: created, waited, read back. Two racers may both win; a lease has to help. */
  READ_BACK {
    @Override
    boolean create(FileSystem files, Path path, ObjectContent content) throws IOException {
      if (files.exists(path)) {
        return false;
      }
      try {
        copy(content, files.create(path, false));
      } catch (FileAlreadyExistsException e) {
        return false;
      }
      Attempts.pause(READ_BACK_MILLIS);
      return same(files, path, content);
    }
  };

  static final String CONDITIONAL_CREATE = "fs.option.create.conditional.overwrite";
  private static final String NONCE = "zoopress-put";
  private static final String NONCE_OPTION = "fs.s3a.create.header." + NONCE;
  private static final long READ_BACK_MILLIS = 500;
  private static final int CONFLICTS = 8;
  private static final long CONFLICT_MILLIS = 50;
  private static final Set<String> RENAMING =
      Set.of("hdfs", "webhdfs", "viewfs", "ofs", "o3fs", "abfs", "abfss");

  /**
   * Creates the object unless it is there.
   *
   * @return true if this call created it
   */
  abstract boolean create(FileSystem files, Path path, ObjectContent content) throws IOException;

  static CreateRule of(FileSystem files, Path root) throws IOException {
    if (files.hasPathCapability(root, CONDITIONAL_CREATE)) {
      return CONDITIONAL;
    }
    return RENAMING.contains(files.getUri().getScheme()) ? RENAME : READ_BACK;
  }

  /** S3 may refuse a conditional write while another is under way, without saying who wins: 409. */
  private static boolean isConflict(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof S3Exception answer && answer.statusCode() == 409) {
        return true;
      }
    }
    return false;
  }

  private static void copy(ObjectContent content, FSDataOutputStream out) throws IOException {
    boolean whole = false;
    try (InputStream in = content.open()) {
      in.transferTo(out);
      whole = true;
    } finally {
      if (!whole && out.hasCapability("fs.capability.outputstream.abortable")) {
        out.abort();
      }
      out.close();
    }
  }

  /** Whether the object that is there came from this very call. */
  private static boolean ours(FileSystem files, Path path, ObjectContent content, String nonce)
      throws IOException {
    byte[] found;
    try {
      found = files.getXAttrs(path).get("header." + NONCE);
    } catch (UnsupportedOperationException e) {
      found = null;
    }
    return found == null
        ? same(files, path, content)
        : nonce.equals(new String(found, StandardCharsets.UTF_8));
  }

  private static boolean same(FileSystem files, Path path, ObjectContent content)
      throws IOException {
    FileStatus status;
    try {
      status = files.getFileStatus(path);
    } catch (FileNotFoundException e) {
      return false;
    }
    if (status.getLen() != content.sizeBytes()) {
      return false;
    }
    byte[] a = new byte[1 << 16];
    byte[] b = new byte[1 << 16];
    try (InputStream mine = content.open();
        InputStream theirs = HadoopSource.openPinned(files, status, "whole-file")) {
      for (int n = mine.readNBytes(a, 0, a.length); n > 0; n = mine.readNBytes(a, 0, a.length)) {
        int m = theirs.readNBytes(b, 0, n);
        if (!Arrays.equals(a, 0, n, b, 0, m)) {
          return false;
        }
      }
    }
    return true;
  }
}
