package dev.zoopress.jobs.verify;

import dev.zoopress.jobs.index.IndexObject;
import dev.zoopress.jobs.inspect.StoreSizes;
import dev.zoopress.jobs.store.ObjectCheck;
import dev.zoopress.jobs.store.ObjectInfo;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;

/** Reads every object that is neither a pack nor a run's: all of its bytes are checked. */
final class SmallObjects implements FlatMapFunction<Iterator<ObjectInfo>, Tally> {
  private static final long serialVersionUID = 1L;

  private final StoreAccess access;

  SmallObjects(StoreAccess access) {
    this.access = access;
  }

  @Override
  public Iterator<Tally> call(Iterator<ObjectInfo> objects) throws IOException {
    Tally tally = new Tally();
    try (ObjectStore store = access.open()) {
      while (objects.hasNext()) {
        String key = objects.next().key();
        String area = StoreSizes.area(key);
        if (!area.equals("packs") && !area.equals("runs")) {
          check(store, area, key, tally);
        }
      }
    }
    return List.of(tally).iterator();
  }

  private static void check(ObjectStore store, String area, String key, Tally tally) {
    tally.object();
    try {
      if (area.equals("index")) {
        IndexObject.check(store, key);
      } else {
        ObjectCheck.check(store, key);
      }
    } catch (IOException | RuntimeException e) {
      tally.add(Damage.of(key, 0, e));
    }
  }
}
