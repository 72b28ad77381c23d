package dev.zoopress.jobs.store;

import java.io.IOException;

/**
 * The store holds no {@code zoopress.json}: nothing was ever compressed into it, or it is
 * elsewhere.
 */
public final class RepositoryNotFoundException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Names the store. */
  public RepositoryNotFoundException(String store) {
    super(
        store
            + ": no repository there (no zoopress.json); check --store, or compress into it first");
  }
}
