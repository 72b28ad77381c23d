package dev.zoopress.codec;

import java.io.Closeable;
import java.io.IOException;

/**
 * Bytes that can be read at any position: a file of a model, a pack, or a stored file decoded on
 * the fly. Instances are safe for use by several threads unless an implementation says otherwise.
 */
public interface ByteSource extends Closeable {
  /** What error messages call this source: a path, a URI or an object key. */
  String name();

  /** Size in bytes, fixed for the life of the instance. */
  long size();

  /**
   * Fills {@code target[offset, offset + length)} from {@code positionBytes} on.
   *
   * @throws java.io.EOFException if the source ends before
   * @throws IOException if reading fails; the content of {@code target} is then undefined
   */
  void readFully(long positionBytes, byte[] target, int offset, int length) throws IOException;

  @Override
  default void close() throws IOException {}
}
