package dev.zoopress.jobs.restore;

import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.FilePaths;
import dev.zoopress.jobs.restore.Destination.ObstacleException;
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
    String inside = checked(model + "/" + file.path());
    if (layout == Layout.PLAIN) {
      return new Placement(inside, "", "");
    }
    String repository = repository(model);
    String blob = file.lfs() ? file.sha256() : gitSha1;
    String snapshot = checked(repository + "/snapshots/" + revision + "/" + file.path());
    int depth = (int) file.path().chars().filter(c -> c == '/').count();
    if (revision.indexOf('/') >= 0) {
      throw new ObstacleException("refused: revision '" + revision + "' is no folder's name");
    }
    return new Placement(
        repository + "/blobs/" + blob, snapshot, "../".repeat(depth + 2) + "blobs/" + blob);
  }

  /** Returns the path if it stays below the target; names in a store may come from strangers. */
  static String checked(String path) throws ObstacleException {
    String problem = FilePaths.problem(path);
    if (problem != null) {
      throw new ObstacleException(
          "refused: '" + path + "' " + problem + "; compress wrote no such name, do not trust it");
    }
    return path;
  }

  /** The cache's folder of a model. */
  static String repository(String model) {
    return "models--" + model.replace("/", "--");
  }
}
