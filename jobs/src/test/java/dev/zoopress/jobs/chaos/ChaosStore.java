package dev.zoopress.jobs.chaos;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.jobs.store.ObjectInfo;
import dev.zoopress.jobs.store.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** A store each of whose operations its {@link Actor} may not survive. */
final class ChaosStore implements ObjectStore {
  private final ObjectStore store;
  private final Actor actor;

  ChaosStore(ObjectStore store, Actor actor) {
    this.store = store;
    this.actor = actor;
  }

  private interface Operation<T> {
    T run() throws IOException;
  }

  private <T> T step(Operation<T> operation) throws IOException {
    boolean last = actor.before();
    T result = operation.run();
    if (last) {
      throw new Actor.Killed();
    }
    return result;
  }

  @Override
  public String name() {
    return store.name();
  }

  @Override
  public boolean putIfAbsent(String key, byte[] bytes) throws IOException {
    return step(() -> store.putIfAbsent(key, bytes));
  }

  @Override
  public boolean putIfAbsent(String key, Path file) throws IOException {
    return step(() -> store.putIfAbsent(key, file));
  }

  @Override
  public void put(String key, byte[] bytes) throws IOException {
    step(
        () -> {
          store.put(key, bytes);
          return true;
        });
  }

  @Override
  public byte[] get(String key, int maxBytes) throws IOException {
    return step(() -> store.get(key, maxBytes));
  }

  @Override
  public ByteSource open(String key) throws IOException {
    return step(() -> store.open(key));
  }

  @Override
  public OptionalLong size(String key) throws IOException {
    return step(() -> store.size(key));
  }

  @Override
  public void list(String folder, Consumer<ObjectInfo> each) throws IOException {
    step(
        () -> {
          store.list(folder, each);
          return true;
        });
  }

  @Override
  public void children(String folder, Consumer<String> each) throws IOException {
    step(
        () -> {
          store.children(folder, each);
          return true;
        });
  }

  @Override
  public boolean delete(String key) throws IOException {
    return step(() -> store.delete(key));
  }

  @Override
  public void leftovers(Consumer<ObjectInfo> each) throws IOException {
    step(
        () -> {
          store.leftovers(each);
          return true;
        });
  }

  @Override
  public boolean removeLeftover(ObjectInfo leftover) throws IOException {
    return step(() -> store.removeLeftover(leftover));
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
