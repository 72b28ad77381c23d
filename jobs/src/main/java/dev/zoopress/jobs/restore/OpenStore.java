package dev.zoopress.jobs.restore;

import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.codec.pack.ChunkCache;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Stores;
import java.io.Closeable;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;

/** A task's view of the repository: decoded chunks and the last manifest are kept. */
public final class OpenStore implements Closeable {
  private static final long CACHE_BYTES = 32L << 20;

  private final ObjectStore store;
  private final Repository repository;
  private final ChunkCache cache = new ChunkCache(CACHE_BYTES);
  private String manifestId = "";
  private Manifest manifest;

  /** Opens the repository at a local path or Hadoop URI. */
  public OpenStore(String uriOrPath, Configuration conf) throws IOException {
    store = Stores.open(uriOrPath, conf);
    try {
      repository = Repository.open(store);
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
  }

  public Repository repository() {
    return repository;
  }

  public ObjectStore objects() {
    return store;
  }

  public ChunkCache cache() {
    return cache;
  }

  /** The manifest of that id; consecutive calls for one id read it once. */
  public Manifest manifest(String id) throws IOException {
    if (!id.equals(manifestId)) {
      manifest = repository.manifest(id);
      manifestId = id;
    }
    return manifest;
  }

  StoredContent content() {
    return new StoredContent(repository.packs(), cache);
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
