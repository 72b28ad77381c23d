package dev.zoopress.jobs.plan;

import dev.zoopress.codec.Effort;
import dev.zoopress.jobs.source.SourceTree;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Stores;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What every task of a run knows.
 *
 * @param delta whether chunks may be stored as differences
 * @param resumable runs that were left unfinished: their finished units are taken over
 */
public record RunContext(
    String runId,
    String source,
    SourceTree.Layout layout,
    String storeUri,
    Effort effort,
    boolean force,
    boolean delta,
    List<String> resumable,
    Broadcast<SerializableConfiguration> hadoop)
    implements Serializable {

  public SourceTree openSource() throws IOException {
    return SourceTree.open(source, layout, hadoop.value().value());
  }

  /** A store for one task; the task closes it. */
  public ObjectStore openStore() throws IOException {
    return Stores.open(storeUri, hadoop.value().value());
  }

  /** Everything besides the bytes that decides what a file becomes. */
  public String parameters() {
    return "1/" + effort;
  }
}
