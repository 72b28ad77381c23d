package dev.zoopress.jobs.chaos;

import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.StoreProvider;
import dev.zoopress.jobs.store.Stores;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;

/** Opens the store of an {@link Actor}: {@code chaos:<number>}. */
public final class ChaosProvider implements StoreProvider {
  @Override
  public String scheme() {
    return "chaos";
  }

  @Override
  public ObjectStore open(String uri, Configuration conf) throws IOException {
    Actor actor = Actor.of(uri);
    return new ChaosStore(Stores.open(actor.store(), actor.conf()), actor);
  }
}
