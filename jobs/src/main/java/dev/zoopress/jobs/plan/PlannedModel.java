package dev.zoopress.jobs.plan;

import dev.zoopress.jobs.source.Content;
import dev.zoopress.jobs.source.ModelListing;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * A model that a run works on, one row of the plan.
 *
 * @param unchanged nothing is new: neither read nor published again
 * @param reused contents that did not change since the last run, in order of index; not read again
 */
public record PlannedModel(ModelListing listing, boolean unchanged, List<Reused> reused)
    implements Serializable {
  /**
   * A content whose file entry is taken from a published manifest.
   *
   * @param content index into the listing's contents
   * @param revision a published revision
   * @param path a path of it that shows the same bytes
   */
  public record Reused(int content, String revision, String path) implements Serializable {}

  /** Which contents must be read. */
  public boolean[] toRead() {
    boolean[] read = new boolean[listing.contents().size()];
    Arrays.fill(read, !unchanged && listing.problems().isEmpty());
    reused.forEach(r -> read[r.content()] = false);
    return read;
  }

  /** Content {@code index} of the listing. */
  public Content content(int index) {
    return listing.contents().get(index);
  }
}
