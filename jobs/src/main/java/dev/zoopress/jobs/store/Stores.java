package dev.zoopress.jobs.store;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/** Opens object stores by URI. */
public final class Stores {
  private Stores() {}

  /**
   * Opens the store at a Hadoop URI ({@code s3a://bucket/prefix}, {@code hdfs:}, {@code file:}) or
   * a plain local path, or of a {@link StoreProvider}. Creates and checks nothing; a local
   * directory appears with the first put.
   *
   * @throws IllegalArgumentException if the URI cannot be understood
   * @throws StoreException if there is no such file system or it refuses
   */
  public static ObjectStore open(String uriOrPath, Configuration conf) throws IOException {
    if (uriOrPath.isBlank()) {
      throw new IllegalArgumentException("store must not be empty");
    }
    if (!uriOrPath.matches("[A-Za-z][A-Za-z0-9+.-]*:.*")) {
      return new LocalStore(Path.of(uriOrPath));
    }
    for (StoreProvider provider : ServiceLoader.load(StoreProvider.class)) {
      if (uriOrPath.startsWith(provider.scheme() + ":")) {
        return provider.open(uriOrPath, conf);
      }
    }
    org.apache.hadoop.fs.Path root = new org.apache.hadoop.fs.Path(uriOrPath);
    URI uri = root.toUri();
    if ("file".equals(uri.getScheme())) {
      return new LocalStore(Path.of(uri.getPath()));
    }
    StoreErrors errors = StoreErrors.of(uri, conf);
    try {
      return new HadoopStore(FileSystem.get(uri, conf), root, conf, errors);
    } catch (IOException | RuntimeException e) {
      throw errors.translate("", e, StoreException.WriteState.NOT_WRITTEN);
    }
  }
}
