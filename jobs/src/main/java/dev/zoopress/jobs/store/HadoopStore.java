package dev.zoopress.jobs.store;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.jobs.store.StoreException.WriteState;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.s3a.S3AFileSystem;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** A store on any Hadoop file system; how it creates is {@link CreateRule}'s matter. */
final class HadoopStore implements ObjectStore {
  /** Parts the key of a multipart upload from its id. */
  private static final String UPLOAD = " upload ";

  private final FileSystem files;
  private final org.apache.hadoop.fs.Path root;
  private final String rootPath;
  private final CreateRule rule;
  private final StoreErrors errors;
  private final boolean owned;

  HadoopStore(
      FileSystem files, org.apache.hadoop.fs.Path root, Configuration conf, StoreErrors errors)
      throws IOException {
    this.files = files;
    this.root = files.makeQualified(root);
    this.rootPath = this.root.toUri().getPath();
    this.rule = CreateRule.of(files, this.root);
    this.errors = errors;
    this.owned = conf.getBoolean("fs." + files.getScheme() + ".impl.disable.cache", false);
  }

  CreateRule rule() {
    return rule;
  }

  @Override
  public String name() {
    return errors.store();
  }

  @Override
  public boolean putIfAbsent(String key, byte[] bytes) throws IOException {
    return create(key, ObjectContent.of(bytes));
  }

  @Override
  public boolean putIfAbsent(String key, Path file) throws IOException {
    boolean created = create(key, ObjectContent.of(file));
    Files.deleteIfExists(file);
    return created;
  }

  private boolean create(String key, ObjectContent content) throws IOException {
    org.apache.hadoop.fs.Path path = path(key);
    try {
      return rule.create(files, path, content);
    } catch (IOException | RuntimeException e) {
      throw errors.translate(key, e, WriteState.UNKNOWN);
    }
  }

  @Override
  public void put(String key, byte[] bytes) throws IOException {
    try (var out = files.create(path(key), true)) {
      out.write(bytes);
    } catch (IOException | RuntimeException e) {
      throw errors.translate(key, e, WriteState.UNKNOWN);
    }
  }

  @Override
  public byte[] get(String key, int maxBytes) throws IOException {
    return Attempts.read(
        () -> {
          try {
            FileStatus status = status(key);
            if (status.getLen() > maxBytes) {
              throw new CorruptContainerException(
                  key,
                  maxBytes,
                  "it has " + status.getLen() + " bytes, at most " + maxBytes + " expected");
            }
            try (InputStream in = HadoopSource.openPinned(files, status, "whole-file")) {
              byte[] bytes = in.readNBytes((int) status.getLen());
              if (bytes.length != status.getLen()) {
                throw new IOException("ends at byte " + bytes.length + " of " + status.getLen());
              }
              return bytes;
            }
          } catch (IOException | RuntimeException e) {
            throw reading(key, e);
          }
        });
  }

  @Override
  public ByteSource open(String key) throws IOException {
    try {
      return new HadoopSource(key, files, status(key), errors);
    } catch (IOException | RuntimeException e) {
      throw reading(key, e);
    }
  }

  @Override
  public OptionalLong size(String key) throws IOException {
    try {
      return OptionalLong.of(status(key).getLen());
    } catch (ObjectNotFoundException e) {
      return OptionalLong.empty();
    } catch (IOException | RuntimeException e) {
      throw reading(key, e);
    }
  }

  private FileStatus status(String key) throws IOException {
    FileStatus status;
    try {
      status = files.getFileStatus(path(key));
    } catch (FileNotFoundException e) {
      if (StoreErrors.missingBucket(e)) {
        throw e;
      }
      throw new ObjectNotFoundException(name(), key);
    }
    if (!status.isFile()) {
      throw new ObjectNotFoundException(name(), key);
    }
    return status;
  }

  private IOException reading(String key, Exception e) {
    if (e instanceof CorruptContainerException corrupt) {
      return corrupt;
    }
    if (e instanceof FileNotFoundException && !StoreErrors.missingBucket(e)) {
      return new ObjectNotFoundException(name(), key);
    }
    return errors.translate(key, e, WriteState.NOT_WRITTEN);
  }

  @Override
  public void list(String folder, Consumer<ObjectInfo> each) throws IOException {
    try {
      RemoteIterator<LocatedFileStatus> found = files.listFiles(folderPath(folder), true);
      while (found.hasNext()) {
        FileStatus status = found.next();
        String key = key(status.getPath());
        if (!key.startsWith(LocalStore.SPOOL + "/")) {
          each.accept(new ObjectInfo(key, status.getLen(), status.getModificationTime()));
        }
      }
    } catch (FileNotFoundException e) {
      absent(folder, e);
    } catch (IOException e) {
      throw errors.translate(folder, e, WriteState.NOT_WRITTEN);
    }
  }

  @Override
  public void children(String folder, Consumer<String> each) throws IOException {
    try {
      RemoteIterator<FileStatus> found = files.listStatusIterator(folderPath(folder));
      while (found.hasNext()) {
        String name = found.next().getPath().getName();
        if (!name.equals(LocalStore.SPOOL)) {
          each.accept(name);
        }
      }
    } catch (FileNotFoundException e) {
      absent(folder, e);
    } catch (IOException e) {
      throw errors.translate(folder, e, WriteState.NOT_WRITTEN);
    }
  }

  /** A folder that is not there is empty; a bucket that is not there is an error. */
  private void absent(String folder, FileNotFoundException e) throws IOException {
    if (StoreErrors.missingBucket(e)) {
      throw errors.translate(folder, e, WriteState.NOT_WRITTEN);
    }
  }

  @Override
  public boolean delete(String key) throws IOException {
    try {
      status(key);
      return files.delete(path(key), false);
    } catch (ObjectNotFoundException e) {
      return false;
    } catch (IOException | RuntimeException e) {
      throw errors.translate(key, e, WriteState.UNKNOWN);
    }
  }

  @Override
  public void leftovers(Consumer<ObjectInfo> each) throws IOException {
    if (files instanceof S3AFileSystem s3) {
      try {
        String prefix = rootPath.substring(1);
        RemoteIterator<MultipartUpload> uploads = s3.listUploads(prefix);
        while (uploads.hasNext()) {
          MultipartUpload upload = uploads.next();
          if (prefix.isEmpty() || upload.key().startsWith(prefix + "/")) {
            each.accept(
                new ObjectInfo(
                    upload.key() + UPLOAD + upload.uploadId(),
                    0,
                    upload.initiated().toEpochMilli()));
          }
        }
      } catch (IOException | RuntimeException e) {
        throw errors.translate("", e, WriteState.NOT_WRITTEN);
      }
    }
  }

  @Override
  public boolean removeLeftover(ObjectInfo leftover) throws IOException {
    int at = leftover.key().indexOf(UPLOAD);
    if (at < 0 || !(files instanceof S3AFileSystem s3)) {
      throw new IllegalArgumentException("no leftover: '" + leftover.key() + "'");
    }
    try {
      s3.abortMultipartUpload(
          MultipartUpload.builder()
              .key(leftover.key().substring(0, at))
              .uploadId(leftover.key().substring(at + UPLOAD.length()))
              .initiated(Instant.ofEpochMilli(leftover.modifiedMillis()))
              .build());
      return true;
    } catch (FileNotFoundException e) {
      return false;
    } catch (IOException | RuntimeException e) {
      throw errors.translate(leftover.key(), e, WriteState.UNKNOWN);
    }
  }

  @Override
  public Path spoolDirectory() throws IOException {
    Path spool = Path.of(System.getProperty("java.io.tmpdir"), "zoopress-spool");
    return Files.createDirectories(spool);
  }

  @Override
  public void close() throws IOException {
    if (owned) {
      files.close();
    }
  }

  private org.apache.hadoop.fs.Path path(String key) {
    return new org.apache.hadoop.fs.Path(root, Keys.key(key));
  }

  private org.apache.hadoop.fs.Path folderPath(String folder) {
    String checked = Keys.folder(folder);
    return checked.isEmpty() ? root : new org.apache.hadoop.fs.Path(root, checked);
  }

  private String key(org.apache.hadoop.fs.Path path) {
    String full = path.toUri().getPath();
    int skip = rootPath.endsWith("/") ? rootPath.length() : rootPath.length() + 1;
    return full.substring(skip);
  }
}
