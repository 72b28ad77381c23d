package dev.zoopress.jobs.restore;

import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.jobs.restore.Destination.Draft;
import dev.zoopress.jobs.restore.Destination.Found;
import dev.zoopress.jobs.restore.Destination.ObstacleException;
import dev.zoopress.jobs.restore.Destination.Replace;
import dev.zoopress.jobs.restore.RestoreOptions.Flag;
import java.io.IOException;
import java.util.Set;

/** Brings single files back. */
final class FileRestorer {
  private final Destination destination;
  private final StoredContent content;
  private final Layout layout;
  private final Set<Flag> flags;

  FileRestorer(Destination destination, StoredContent content, Layout layout, Set<Flag> flags) {
    this.destination = destination;
    this.content = content;
    this.layout = layout;
    this.flags = flags;
  }

  /** What a call did. */
  enum Done {
    WRITTEN,
    /** An equal file was there. */
    EQUAL
  }

  Placement place(String model, String revision, FileEntry file) throws IOException {
    boolean needsGit = layout == Layout.HF_CACHE && !file.lfs();
    String git = needsGit ? content.gitSha1(file) : "";
    return Placement.of(layout, model, revision, file, git);
  }

  /**
   * Whether the file has to be written.
   *
   * @throws ObstacleException if something different is in the way and may not be replaced
   */
  Done look(Placement at, FileEntry file) throws IOException {
    Found found = destination.look(at.path(), file.sizeBytes());
    if (found == Found.NOTHING) {
      return Done.WRITTEN;
    }
    if (found == Found.OBSTACLE) {
      throw new ObstacleException(
          at.path() + ": a folder or a link is in the way; move it or choose another --to");
    }
    if (found == Found.SAME_SIZE && destination.sha256(at.path()).equals(file.sha256())) {
      return Done.EQUAL;
    }
    if (!flags.contains(Flag.FORCE)) {
      throw new ObstacleException(
          at.path() + ": a different file is there; --force replaces it, or choose another --to");
    }
    return Done.WRITTEN;
  }

  /** Writes the file unless an equal one is there, then the link to it. */
  Done restore(String model, String revision, FileEntry file) throws IOException {
    Placement at = place(model, revision, file);
    Done done = look(at, file);
    if (flags.contains(Flag.DRY_RUN)) {
      return done;
    }
    if (done == Done.WRITTEN) {
      try (Draft draft = destination.create(at.path(), file.sizeBytes())) {
        content.streamChecked(file, draft::write);
        draft.publish();
      }
    }
    link(at);
    return done;
  }

  void link(Placement at) throws IOException {
    if (!at.link().isEmpty()) {
      Replace replace = flags.contains(Flag.FORCE) ? Replace.DIFFERENT : Replace.NEVER;
      destination.link(at.link(), at.linkText(), replace);
    }
  }
}
