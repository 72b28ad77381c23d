package dev.zoopress.jobs.plan;

import dev.zoopress.codec.hash.Digests;
import dev.zoopress.jobs.store.ObjectStore;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Objects of one run, {@code runs/<run>/}. Safe for use by several threads. */
public final class RunFolder {
  /** Larger objects are damaged. */
  public static final int MAX_OBJECT_BYTES = 1 << 30;

  private final ObjectStore store;
  private final String prefix;

  public RunFolder(ObjectStore store, String runId) {
    this.store = store;
    this.prefix = "runs/" + runId + "/";
  }

  /**
   * Writes rows under a name that holds their digest, so that two attempts of a task never mix, and
   * returns the key.
   */
  public String write(String folder, int part, JsonLines.Writer rows) throws IOException {
    byte[] bytes = rows.bytes();
    String name = "%06d-%s".formatted(part, Digests.sha256Hex(bytes).substring(0, 16));
    String key = prefix + folder + "/" + name + ".jsonl.zst";
    store.putIfAbsent(key, bytes);
    return key;
  }

  /** The key of an object of this run. */
  public String key(String name) {
    return prefix + name;
  }

  public boolean putIfAbsent(String key, byte[] bytes) throws IOException {
    return store.putIfAbsent(key, bytes);
  }

  public boolean exists(String key) throws IOException {
    OptionalLong size = store.size(key);
    return size.isPresent();
  }

  public <T> void read(String key, Class<T> type, Consumer<T> each) throws IOException {
    JsonLines.read(store, key, MAX_OBJECT_BYTES, type, each);
  }
}
