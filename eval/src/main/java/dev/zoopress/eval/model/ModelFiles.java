package dev.zoopress.eval.model;

import dev.zoopress.codec.ByteSource;
import java.io.Closeable;
import java.io.IOException;
import java.util.SortedMap;

/**
 * The files of one model: a folder, a revision in a store, or a changed view of either. Instances
 * are safe for use by several threads.
 */
public interface ModelFiles extends Closeable {
  /** What reports call this place; two sides with the same origin are one side. */
  String origin();

  /** Size in bytes of every file by its path, '/'-separated and relative to the model. */
  SortedMap<String, Long> sizes();

  /**
   * The bytes of one file; the caller closes them.
   *
   * @throws UnusableModelException if there is no such file
   */
  ByteSource open(String path) throws IOException;

  /**
   * All bytes of a small file.
   *
   * @throws UnusableModelException if the file is missing or larger than {@code maxBytes}
   */
  default byte[] read(String path, int maxBytes) throws IOException {
    try (ByteSource source = open(path)) {
      if (source.size() > maxBytes) {
        throw new UnusableModelException(
            source.name() + ": " + source.size() + " bytes, at most " + maxBytes + " are read");
      }
      byte[] bytes = new byte[(int) source.size()];
      source.readFully(0, bytes, 0, bytes.length);
      return bytes;
    }
  }

  default boolean has(String path) {
    return sizes().containsKey(path);
  }

  @Override
  default void close() throws IOException {}
}
