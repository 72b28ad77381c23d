package dev.zoopress.jobs.store;

import java.io.IOException;

/** There is no object under this key. */
public final class ObjectNotFoundException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String key;

  /** Names the store and the key. */
  public ObjectNotFoundException(String store, String key) {
    super(key + ": no such object in " + store);
    this.key = key;
  }

  public String key() {
    return key;
  }
}
