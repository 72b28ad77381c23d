package dev.zoopress.jobs.restore;

import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.FilePaths;
import java.io.IOException;

/**
 * Where a file goes below the target folder.
 *
 * @param path of the regular file, '/'-separated
 * @param link of the link to it; empty where there is none
 * @param linkText what that link says
 */
record Placement(String path, String link, String linkText) {

  static Placement of(Layout layout, String model, String revision, FileEntry file, String gitSha1)
      throws IOException {
    String inside = model + "/" + file.path();
    String problem = FilePaths.problem(inside);
    if (problem != null) {
      throw new IOException(
          "refused: '" + inside + "' " + problem + "; the manifest is not one that compress wrote");
    }
    if (layout == Layout.PLAIN) {
      return new Placement(inside, "", "");
    }
    String repository = repository(model);
    String blob = file.lfs() ? file.sha256() : gitSha1;
    String snapshot = repository + "/snapshots/" + revision + "/" + file.path();
    int depth = (int) file.path().chars().filter(c -> c == '/').count();
    return new Placement(
        repository + "/blobs/" + blob, snapshot, "../".repeat(depth + 2) + "blobs/" + blob);
  }

  /** The cache's folder of a model. */
  static String repository(String model) {
    return "models--" + model.replace("/", "--");
  }
}
