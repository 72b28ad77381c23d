package dev.zoopress.jobs.restore;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A folder that files are restored into. A file appears under its name only when it is whole. */
interface Destination extends Closeable {

  /** What is under a name already. */
  enum Found {
    NOTHING,
    /** A regular file of the size that was asked about. */
    SAME_SIZE,
    /** A regular file of another size. */
    OTHER_SIZE,
    /** A folder, a link or something else that is not replaced. */
    OBSTACLE
  }

  Found look(String path, long sizeBytes) throws IOException;

  /** SHA-256 of the regular file under the name. */
  String sha256(String path) throws IOException;

  /** Opens a new file that is not visible yet. */
  Draft create(String path, long sizeBytes) throws IOException;

  /**
   * Makes {@code link} a symbolic link with the text {@code text}; an equal one stays.
   *
   * @throws ObstacleException if something else is there, and {@code replace} is not given
   */
  void link(String link, String text, Replace replace) throws IOException;

  /** What is done with a different file or link under the name. */
  enum Replace {
    NEVER,
    DIFFERENT
  }

  /** A file that is being written. Closing without {@link #publish} removes it. */
  interface Draft extends Closeable {
    void write(ByteBuffer bytes) throws IOException;

    /** Gives the file its name, replacing what was there. */
    void publish() throws IOException;
  }

  /** Something is in the way. */
  final class ObstacleException extends IOException {
    private static final long serialVersionUID = 1L;

    ObstacleException(String message) {
      super(message);
    }
  }
}
