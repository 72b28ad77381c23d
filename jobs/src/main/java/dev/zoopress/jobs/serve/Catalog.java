package dev.zoopress.jobs.serve;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the server shows of a store. Thread-safe. */
interface Catalog {
  /** The names of all models, in order; of some nothing may be published any more. */
  List<String> models() throws IOException;

  /** Whether the model has any published revision. */
  boolean exists(String model) throws IOException;

  /** The revision that a commit, a branch or a tag names; empty where there is none. */
  Optional<Snapshot> find(String model, String revision) throws IOException;

  /** As {@link #find}, of the store as it is now, whatever was remembered. */
  Optional<Snapshot> findNow(String model, String revision) throws IOException;

  /**
   * The revision that a listing shows; empty also where it cannot be read: one broken model must
   * not hide the others.
   */
  default Optional<Snapshot> listed(String model) throws IOException {
    try {
      return find(model, "main");
    } catch (CorruptContainerException | UnsupportedVersionException | ObjectNotFoundException e) {
      return Optional.empty();
    }
  }

  /** Branches and tags of a model with the commits they name. */
  Map<String, String> refs(String model) throws IOException;
}
