package dev.zoopress.jobs.source;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.format.FileFormats;
import dev.zoopress.codec.format.FileLayout;
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

  /**
   * What this is made of; {@code path} is the file's.
   *
   * @throws IOException if reading fails
   */
  default FileLayout layout(String path) throws IOException {
    return FileFormats.parse(path, this);
  }

  /** The file itself, where these bytes are what it holds. */
  default SourceFile original() {
    return this;
  }
}
