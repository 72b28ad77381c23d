package dev.zoopress.jobs.serve;

import dev.zoopress.jobs.store.Repository;
import java.util.Objects;

/** Serves a repository until it is closed. */
public final class ServeJob {
  private final Repository repository;
  private final HubServer.Address address;
  private final Limits limits;

  public ServeJob(Repository repository, HubServer.Address address, Limits limits) {
    this.repository = Objects.requireNonNull(repository);
    this.address = Objects.requireNonNull(address);
    this.limits = Objects.requireNonNull(limits);
  }

  /** Starts the server; requests are answered from its own threads. */
  public HubServer execute() {
    return new HubServer(
        address, limits, new RepositoryCatalog(repository, limits.fresh()), repository.packs());
  }
}
