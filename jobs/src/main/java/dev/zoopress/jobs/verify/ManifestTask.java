package dev.zoopress.jobs.verify;

import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;

/** Reads the published manifests: each is there, has its id, and makes sense. */
final class ManifestTask implements FlatMapFunction<Iterator<String>, Tally> {
  private static final long serialVersionUID = 1L;

  private final StoreAccess access;

  ManifestTask(StoreAccess access) {
    this.access = access;
  }

  @Override
  public Iterator<Tally> call(Iterator<String> ids) throws IOException {
    Tally tally = new Tally();
    try (ObjectStore store = access.open()) {
      Repository repository = Repository.unchecked(store);
      while (ids.hasNext()) {
        String id = ids.next();
        try {
          repository.manifest(id);
        } catch (IOException | RuntimeException e) {
          tally.add(Damage.of(FileTask.manifestKey(id), 0, e));
        }
      }
    }
    return List.of(tally).iterator();
  }
}
