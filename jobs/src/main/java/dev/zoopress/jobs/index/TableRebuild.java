package dev.zoopress.jobs.index;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.jobs.inspect.Published;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Pointer;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Writes the Parquet tables anew from pointers and manifests, in few files, then removes the old
 * ones: rows of what was deleted, replaced or removed are gone. A run that publishes meanwhile adds
 * files of its own, which stay.
 */
public final class TableRebuild {
  private static final int MODELS_PER_FILE = 256;

  private TableRebuild() {}

  /** Rebuilds; whatever manifest cannot be read is left out. */
  public static void run(JavaSparkContext sc, StoreAccess access) throws IOException {
    List<String> models;
    List<String> old;
    try (ObjectStore store = access.open()) {
      // Listed first: a run that publishes after that is not among the old files.
      old = IndexTables.keys(store);
      models = Published.models(Repository.open(store));
    }
    sc.setJobDescription("index: tables of " + models.size() + " models");
    String run = "compacted-" + UUID.randomUUID();
    int parts = Math.max(1, (models.size() - 1) / MODELS_PER_FILE + 1);
    sc.parallelize(models, parts).foreachPartition(own -> write(access, run, own));
    try (ObjectStore store = access.open()) {
      for (String key : old) {
        store.delete(key);
      }
    }
    sc.setJobDescription(null);
  }

  private static void write(StoreAccess access, String run, Iterator<String> models)
      throws IOException {
    try (ObjectStore store = access.open();
        IndexTables tables = new IndexTables(store)) {
      Repository repository = Repository.unchecked(store);
      while (models.hasNext()) {
        try {
          for (Pointer pointer : Published.of(repository, models.next()).pointers()) {
            tables.add(pointer, repository.manifest(pointer.manifest()));
          }
        } catch (CorruptContainerException
            | UnsupportedVersionException
            | ObjectNotFoundException e) {
          continue; // Damage is verify's business.
        }
      }
      tables.put(run, TaskContext.getPartitionId());
    }
  }
}
