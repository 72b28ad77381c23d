package dev.zoopress.jobs.store;

import dev.zoopress.codec.ByteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Counts the bytes that were added to a store through it, those of runs apart. What an earlier
 * attempt of a task had added is not added again, and not counted. Thread-safe if the store is.
 */
public final class CountingStore implements ObjectStore {
  private final ObjectStore store;
  private final LongAdder added = new LongAdder();

  /** Closes {@code store} when it is closed. */
  public CountingStore(ObjectStore store) {
    this.store = Objects.requireNonNull(store);
  }

  /** Bytes of objects outside {@code runs/} that this instance created or wrote anew. */
  public long addedBytes() {
    return added.sum();
  }

  private void count(String key, long bytes) {
    if (!key.startsWith(Layout.RUNS)) {
      added.add(bytes);
    }
  }

  @Override
  public String name() {
    return store.name();
  }

  @Override
  public boolean putIfAbsent(String key, byte[] bytes) throws IOException {
    boolean created = store.putIfAbsent(key, bytes);
    if (created) {
      count(key, bytes.length);
    }
    return created;
  }

  @Override
  public boolean putIfAbsent(String key, Path file) throws IOException {
    long bytes = Files.size(file);
    boolean created = store.putIfAbsent(key, file);
    if (created) {
      count(key, bytes);
    }
    return created;
  }

  @Override
  public void put(String key, byte[] bytes) throws IOException {
    store.put(key, bytes);
    count(key, bytes.length);
  }

  @Override
  public byte[] get(String key, int maxBytes) throws IOException {
    return store.get(key, maxBytes);
  }

  @Override
  public ByteSource open(String key) throws IOException {
    return store.open(key);
  }

  @Override
  public OptionalLong size(String key) throws IOException {
    return store.size(key);
  }

  @Override
  public void list(String folder, Consumer<ObjectInfo> each) throws IOException {
    store.list(folder, each);
  }

  @Override
  public void children(String folder, Consumer<String> each) throws IOException {
    store.children(folder, each);
  }

  @Override
  public boolean delete(String key) throws IOException {
    return store.delete(key);
  }

  @Override
  public void leftovers(Consumer<ObjectInfo> each) throws IOException {
    store.leftovers(each);
  }

  @Override
  public boolean removeLeftover(ObjectInfo leftover) throws IOException {
    return store.removeLeftover(leftover);
  }

  @Override
  public Path spoolDirectory() throws IOException {
    return store.spoolDirectory();
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
