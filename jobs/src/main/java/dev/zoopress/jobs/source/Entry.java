package dev.zoopress.jobs.source;

import java.io.Serializable;
import java.util.Objects;

/**
 * A path of a revision.
 *
 * @param path relative to the model's directory
 * @param content index into the contents of its model
 * @param linkText a symbolic link's text as found, empty for a regular file
 */
public record Entry(String path, int content, String linkText) implements Serializable {
  public Entry {
    Objects.requireNonNull(path);
    Objects.requireNonNull(linkText);
  }
}
