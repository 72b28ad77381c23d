package dev.zoopress.jobs.index;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.jobs.plan.JsonLines;
import dev.zoopress.jobs.store.ObjectStore;
import java.io.IOException;
import java.util.Map;

/** Any object below {@code index/}. */
public final class IndexObject {
  private static final int MAX_BYTES = 1 << 30;

  private IndexObject() {}

  /**
   * Reads it whole.
   *
   * @throws CorruptContainerException if a byte is not as written
   */
  public static void check(ObjectStore store, String key) throws IOException {
    if (key.endsWith(".json.zst") || key.endsWith(".jsonl.zst")) {
      JsonLines.read(store, key, MAX_BYTES, Map.class, row -> {});
    } else if (key.endsWith(TableFile.SUFFIX)) {
      TableFile.check(store, key);
    }
  }
}
