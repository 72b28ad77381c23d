package dev.zoopress.jobs.source;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** The file system below a source's root. Paths are relative to the root; "" is the root itself. */
interface SourceFiles {
  /** The root as people wrote it, for messages. */
  String root();

  /**
   * What lies directly in a directory, in order of path.
   *
   * @param problems receives names that cannot be told apart or written down
   * @throws java.nio.file.NoSuchFileException or another IOException if it cannot be listed
   */
  List<Node> list(String directory, Consumer<String> problems) throws IOException;

  /**
   * Follows a link to its end: the file or directory it leads to, with its own path.
   *
   * @throws IOException if it leads nowhere, in a circle or out of the root; the message says which
   */
  Node follow(Node link) throws IOException;

  /** Bytes of a small file, at most {@code maxBytes}: more is an IOException. */
  byte[] readSmall(String path, int maxBytes) throws IOException;

  /**
   * Opens a file for reading.
   *
   * @throws SourceChangedException if its state is not the one that was listed
   */
  SourceFile open(String path, Stamp expected) throws IOException;
}
