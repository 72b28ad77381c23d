package dev.zoopress.codec.pack;

import dev.zoopress.codec.ByteSource;
import java.io.IOException;

/** Where packs come from: a store, or one file that is a pack itself. Thread-safe. */
@FunctionalInterface
public interface PackSource {
  /**
   * Opens a pack; the caller closes it.
   *
   * @throws IOException if there is none of that id, or it cannot be read
   */
  ByteSource open(String packId) throws IOException;
}
