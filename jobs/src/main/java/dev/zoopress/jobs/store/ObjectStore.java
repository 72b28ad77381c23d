package dev.zoopress.jobs.store;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.CorruptContainerException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Immutable objects under '/'-separated relative keys. Thread-safe.
 *
 * <p>A key has no empty, {@code .} or {@code ..} segment and at most 1,000 bytes; others are an
 * {@link IllegalArgumentException}. What a put returned for is durable and seen by every later call
 * of any process.
 */
public interface ObjectStore extends Closeable {

  /** What messages call this store: its URI or path, without credentials. */
  String name();

  /**
   * Creates an object unless the key is taken. Of many calls that race for one key exactly one
   * returns true, and the object holds that call's bytes, whole.
   *
   * @return true if this call created it, false if it was there
   * @throws StoreException with its {@link StoreException.WriteState}
   */
  boolean putIfAbsent(String key, byte[] bytes) throws IOException;

  /**
   * Like {@link #putIfAbsent(String, byte[])} for a large object. Takes over {@code file}: it is
   * moved where the store is local, and gone after a return in any case; after an exception it may
   * remain.
   */
  boolean putIfAbsent(String key, Path file) throws IOException;

  /** Writes or replaces an object; the last writer wins. Never for what must be decided once. */
  void put(String key, byte[] bytes) throws IOException;

  /**
   * Reads a small object whole.
   *
   * @throws ObjectNotFoundException if there is none
   * @throws CorruptContainerException if it is larger than {@code maxBytes}
   */
  byte[] get(String key, int maxBytes) throws IOException;

  /** Understands the bytes of an object. */
  @FunctionalInterface
  interface Decoder<T> {
    T decode(byte[] bytes) throws IOException;
  }

  /**
   * Reads a small object whole and decodes it. What the decoder finds damaged is read once more: a
   * bit may have turned on its way here, and that is no damage of the store.
   *
   * @throws ObjectNotFoundException if there is none
   * @throws CorruptContainerException if it is damaged or larger than {@code maxBytes}
   */
  default <T> T get(String key, int maxBytes, Decoder<T> decoder) throws IOException {
    byte[] bytes = get(key, maxBytes);
    try {
      return decoder.decode(bytes);
    } catch (CorruptContainerException e) {
      byte[] again = get(key, maxBytes);
      if (Arrays.equals(bytes, again)) {
        throw e;
      }
      return decoder.decode(again);
    }
  }

  /**
   * Opens an object for ranged reads by several threads; close it.
   *
   * @throws ObjectNotFoundException if there is none
   */
  ByteSource open(String key) throws IOException;

  /** The object's size in bytes; empty if there is none. */
  OptionalLong size(String key) throws IOException;

  /**
   * Hands over every object below {@code folder}, at any depth, in no promised order.
   *
   * @param folder {@code ""} for all, else ends with '/'
   */
  void list(String folder, Consumer<ObjectInfo> each) throws IOException;

  /**
   * Hands over the names directly below {@code folder}, without '/': of objects and of folders that
   * hold objects. Where the store is a file system, empty folders may be among them.
   */
  void children(String folder, Consumer<String> each) throws IOException;

  /** Removes an object; false if it was not there. */
  boolean delete(String key) throws IOException;

  /**
   * Hands over what writers left unfinished, no object yet: temporary files, multipart uploads.
   * Some may belong to writers at work.
   */
  void leftovers(Consumer<ObjectInfo> each) throws IOException;

  /** Removes one of {@link #leftovers}; false if it is not there any more. */
  boolean removeLeftover(ObjectInfo leftover) throws IOException;

  /** An existing local directory for files that {@link #putIfAbsent(String, Path)} will take. */
  Path spoolDirectory() throws IOException;
}
