package dev.zoopress.jobs.source;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * Everything that a model consists of.
 *
 * @param contents in order of path
 * @param refs name to commit, as a cache has them; empty for a plain tree
 * @param problems why the model cannot be stored as it is: each names a path and what to do
 * @param notes what is left out of it and why; the rest can be stored
 */
public record ModelListing(
    ModelRef model,
    List<Content> contents,
    List<Revision> revisions,
    Map<String, String> refs,
    List<String> problems,
    List<String> notes)
    implements Serializable {
  /** How many problems, and how many notes, of one model are kept. */
  public static final int MAX_PROBLEMS = 20;

  public long sourceBytes() {
    return contents.stream().mapToLong(c -> c.stamp().sizeBytes()).sum();
  }
}
