package dev.zoopress.jobs.serve;

import dev.zoopress.codec.pack.ChunkCache;
import dev.zoopress.jobs.store.Repository;
import java.util.Objects;

/** Serves a repository until it is closed. */
public final class ServeJob {
  private final Repository repository;
  private final HubServer.Options options;
  private final long cacheBytes;

  /** {@code cacheBytes} bounds the decoded bytes that are kept for later ranges. */
  public ServeJob(Repository repository, HubServer.Options options, long cacheBytes) {
    this.repository = Objects.requireNonNull(repository);
    this.options = Objects.requireNonNull(options);
    this.cacheBytes = cacheBytes;
  }

  /** Starts the server; requests are answered from its own threads. */
  public HubServer execute() {
    Catalog catalog = new RepositoryCatalog(repository);
    return new HubServer(
        options, catalog, repository.packs(), new ChunkCache(cacheBytes), new HomePage(catalog));
  }
}
