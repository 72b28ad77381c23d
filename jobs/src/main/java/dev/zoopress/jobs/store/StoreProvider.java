package dev.zoopress.jobs.store;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;

/** Another kind of store for {@link Stores}, found by {@link java.util.ServiceLoader}. */
public interface StoreProvider {
  /** The URI scheme that it answers for, in lower case. */
  String scheme();

  /** Opens the store at a URI of that scheme. */
  ObjectStore open(String uri, Configuration conf) throws IOException;
}
