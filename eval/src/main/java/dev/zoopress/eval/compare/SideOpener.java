package dev.zoopress.eval.compare;

import dev.zoopress.eval.model.ModelFiles;
import java.io.IOException;

/** Opens one side in whatever process needs it; has a public constructor without parameters. */
public interface SideOpener {
  /**
   * The files that {@code spec} names.
   *
   * @param spec all that the implementation needs to know: a path, a store's address
   */
  ModelFiles open(String spec) throws IOException;
}
