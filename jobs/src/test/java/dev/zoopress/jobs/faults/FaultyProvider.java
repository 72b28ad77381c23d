package dev.zoopress.jobs.faults;

import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.StoreProvider;
import dev.zoopress.jobs.store.Stores;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;

/** Opens a store with faults: {@code faulty:<path>}; without any until it is told which. */
public final class FaultyProvider implements StoreProvider {
  private static final FaultyStore.Faults NONE = new FaultyStore.Faults(null, 0, 0);
  private static volatile FaultyStore.Faults faults = NONE;

  /** What stores opened from now on meet. */
  static void set(FaultyStore.Faults next) {
    faults = next;
  }

  static void clear() {
    faults = NONE;
  }

  @Override
  public String scheme() {
    return "faulty";
  }

  @Override
  public ObjectStore open(String uri, Configuration conf) throws IOException {
    return new FaultyStore(Stores.open(uri.substring(uri.indexOf(':') + 1), conf), faults);
  }
}
