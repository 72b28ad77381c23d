package dev.zoopress.eval.compare;

import dev.zoopress.eval.model.FolderFiles;
import dev.zoopress.eval.model.ModelFiles;
import java.io.IOException;
import java.nio.file.Path;

/** Opens a local folder. */
public final class FolderOpener implements SideOpener {
  @Override
  public ModelFiles open(String spec) throws IOException {
    return FolderFiles.of(Path.of(spec));
  }
}
