package dev.zoopress.jobs.source;

import dev.zoopress.codec.ByteSource;
import java.io.IOException;

/**
 * An open source file, pinned to the state that was listed. Reading on where the last read ended is
 * cheap on every file system. For one thread.
 */
public interface SourceFile extends ByteSource {
  /**
   * Checks once more that the file is as it was listed; called after the last byte was read.
   *
   * @throws SourceChangedException if it is not
   */
  void checkUnchanged() throws IOException;
}
