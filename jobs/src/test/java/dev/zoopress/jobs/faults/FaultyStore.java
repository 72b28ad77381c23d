package dev.zoopress.jobs.faults;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.jobs.store.ObjectInfo;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.StoreException;
import dev.zoopress.jobs.store.StoreException.WriteState;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A store that meets its {@link StoreFault} at operations that can, as {@link Faults} decides. */
final class FaultyStore implements ObjectStore {
  private final ObjectStore store;
  private final Faults faults;

  FaultyStore(ObjectStore store, Faults faults) {
    this.store = store;
    this.faults = faults;
  }

  private interface Write<T> {
    T run() throws IOException;
  }

  private <T> T write(String key, Write<T> write) throws IOException {
    if (faults.meets(StoreFault.FULL)) {
      throw error(key, "the disk is full; free space there (zoopress gc) or move the store");
    }
    if (faults.meets(StoreFault.ERROR)) {
      throw error(key, "the store failed; run again");
    }
    T result = write.run();
    if (faults.meets(StoreFault.LOST_ANSWER)) {
      throw new StoreException(key + ": no answer; run again", WriteState.UNKNOWN, null);
    }
    return result;
  }

  private StoreException error(String key, String what) {
    return new StoreException(
        key + " in " + name() + ": " + what + " (injected)", WriteState.NOT_WRITTEN, null);
  }

  private void read(String key) throws IOException {
    if (faults.meets(StoreFault.ERROR)) {
      throw error(key, "the store failed; run again");
    }
  }

  @Override
  public String name() {
    return store.name();
  }

  @Override
  public boolean putIfAbsent(String key, byte[] bytes) throws IOException {
    return write(key, () -> store.putIfAbsent(key, bytes));
  }

  @Override
  public boolean putIfAbsent(String key, Path file) throws IOException {
    return write(key, () -> store.putIfAbsent(key, file));
  }

  @Override
  public void put(String key, byte[] bytes) throws IOException {
    write(
        key,
        () -> {
          store.put(key, bytes);
          return true;
        });
  }

  @Override
  public byte[] get(String key, int maxBytes) throws IOException {
    read(key);
    byte[] bytes = store.get(key, maxBytes);
    if (bytes.length > 0 && faults.meets(StoreFault.WRONG)) {
      bytes[bytes.length / 2] ^= 4;
    }
    return bytes.length > 0 && faults.meets(StoreFault.TRUNCATED)
        ? Arrays.copyOf(bytes, bytes.length / 2)
        : bytes;
  }

  @Override
  public ByteSource open(String key) throws IOException {
    read(key);
    ByteSource source = store.open(key);
    return new ByteSource() {
      @Override
      public String name() {
        return source.name();
      }

      @Override
      public long size() {
        return source.size();
      }

      @Override
      public void readFully(long positionBytes, byte[] target, int offset, int length)
          throws IOException {
        read(key);
        if (faults.meets(StoreFault.TRUNCATED)) {
          throw new EOFException(key + " ended early; run again");
        }
        source.readFully(positionBytes, target, offset, length);
        if (length > 0 && faults.meets(StoreFault.WRONG)) {
          target[offset + length / 2] ^= 4;
        }
      }

      @Override
      public void close() throws IOException {
        source.close();
      }
    };
  }

  @Override
  public OptionalLong size(String key) throws IOException {
    read(key);
    return store.size(key);
  }

  @Override
  public void list(String folder, Consumer<ObjectInfo> each) throws IOException {
    read(folder);
    store.list(folder, each);
  }

  @Override
  public void children(String folder, Consumer<String> each) throws IOException {
    read(folder);
    store.children(folder, each);
  }

  @Override
  public boolean delete(String key) throws IOException {
    return write(key, () -> store.delete(key));
  }

  @Override
  public void leftovers(Consumer<ObjectInfo> each) throws IOException {
    read("");
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

  /** Decides which operations meet the fault: those from {@code first} on, so many of them. */
  static final class Faults {
    private final StoreFault fault;
    private final int first;
    private final int count;
    private final AtomicInteger chances = new AtomicInteger();
    private final AtomicInteger met = new AtomicInteger();

    Faults(StoreFault fault, int first, int count) {
      this.fault = fault;
      this.first = first;
      this.count = count;
    }

    boolean meets(StoreFault which) {
      if (which != fault) {
        return false;
      }
      int chance = chances.getAndIncrement();
      boolean now = chance >= first && chance < first + count;
      if (now) {
        met.incrementAndGet();
      }
      return now;
    }

    int chances() {
      return chances.get();
    }

    int met() {
      return met.get();
    }
  }
}
