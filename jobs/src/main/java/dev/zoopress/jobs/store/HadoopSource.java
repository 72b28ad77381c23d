package dev.zoopress.jobs.store;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.jobs.store.StoreException.WriteState;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;

/** An object read by ranges; pinned to the length and ETag it had when it was opened. */
final class HadoopSource implements ByteSource {
  private final String key;
  private final FileSystem files;
  private final FileStatus status;
  private final StoreErrors errors;
  private FSDataInputStream stream;

  HadoopSource(String key, FileSystem files, FileStatus status, StoreErrors errors) {
    this.key = key;
    this.files = files;
    this.status = status;
    this.errors = errors;
  }

  static FSDataInputStream openPinned(FileSystem files, FileStatus status, String readPolicy)
      throws IOException {
    try {
      return files
          .openFile(status.getPath())
          .withFileStatus(status)
          .opt("fs.option.openfile.read.policy", readPolicy)
          .build()
          .get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public String name() {
    return key;
  }

  @Override
  public long size() {
    return status.getLen();
  }

  @Override
  public void readFully(long positionBytes, byte[] target, int offset, int length)
      throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (positionBytes < 0) {
      throw new IllegalArgumentException("position must not be negative: " + positionBytes);
    }
    if (positionBytes > size() - length) {
      throw new EOFException(
          key + ": " + length + " bytes wanted at byte " + positionBytes + " of " + size());
    }
    if (length == 0) {
      return;
    }
    Attempts.read(
        () -> {
          try {
            stream().readFully(positionBytes, target, offset, length);
            return null;
          } catch (FileNotFoundException e) {
            throw errors.translate(key, e, WriteState.NOT_WRITTEN);
          } catch (IOException | RuntimeException e) {
            // An early end inside the known length is a cut connection, not the object's end.
            drop();
            throw errors.translate(key, new IOException(text(e), e), WriteState.NOT_WRITTEN);
          }
        });
  }

  private static String text(Exception e) {
    return e.getMessage() == null ? "the object ended early" : e.getMessage();
  }

  private synchronized FSDataInputStream stream() throws IOException {
    if (stream == null) {
      stream = openPinned(files, status, "random");
    }
    return stream;
  }

  private synchronized void drop() {
    closeQuietly(stream);
    stream = null;
  }

  private static void closeQuietly(InputStream stream) {
    try {
      if (stream != null) {
        stream.close();
      }
    } catch (IOException e) {
      // The stream is given up because it failed already.
      return;
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (stream != null) {
      stream.close();
      stream = null;
    }
  }
}
