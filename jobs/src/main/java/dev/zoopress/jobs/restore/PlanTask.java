package dev.zoopress.jobs.restore;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.IntegrityException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.jobs.restore.Destination.ObstacleException;
import dev.zoopress.jobs.restore.FileRestorer.Done;
import dev.zoopress.jobs.restore.RestoreResult.FileError;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * Cuts revisions into pieces; large files are looked at here, before several tasks start on them.
 */
final class PlanTask implements FlatMapFunction<Iterator<StoredRevision>, PlanTask.Planned> {
  private static final long serialVersionUID = 1L;
  private static final long PIECE_BYTES = 64L << 20;

  private final RestoreSettings settings;

  PlanTask(RestoreSettings settings) {
    this.settings = settings;
  }

  /** A piece to do, or the report of what needs no piece; the other is null. */
  record Planned(Piece piece, Report report) implements Serializable {}

  @Override
  public Iterator<Planned> call(Iterator<StoredRevision> revisions) throws IOException {
    List<Planned> planned = new ArrayList<>();
    try (OpenStore store = new OpenStore(settings.store(), settings.hadoop());
        Destination destination = settings.open()) {
      FileRestorer restorer =
          new FileRestorer(destination, store.content(), settings.layout(), settings.flags());
      while (revisions.hasNext()) {
        StoredRevision revision = revisions.next();
        try {
          plan(revision, store.manifest(revision.manifest()).files(), restorer, planned);
        } catch (CorruptContainerException
            | UnsupportedVersionException
            | IntegrityException
            | ObjectNotFoundException e) {
          planned.add(new Planned(null, error(revision, "", e)));
        }
      }
    }
    return planned.iterator();
  }

  private static Report error(StoredRevision revision, String path, IOException e) {
    return Report.error(revision, FileError.of(path, e), "");
  }

  private void plan(
      StoredRevision revision, List<FileEntry> files, FileRestorer restorer, List<Planned> planned)
      throws IOException {
    int first = 0;
    long bytes = 0;
    for (int i = 0; i <= files.size(); i++) {
      boolean large =
          i < files.size() && files.get(i).sizeBytes() > settings.largeBytes() && wanted(files, i);
      boolean cut = i == files.size() || large || bytes >= PIECE_BYTES;
      if (cut && i > first) {
        planned.add(new Planned(Piece.files(revision, first, i, bytes), null));
      }
      if (cut) {
        first = large ? i + 1 : i;
        bytes = 0;
      }
      if (large) {
        planned.add(large(revision, i, files.get(i), restorer));
      } else if (i < files.size() && wanted(files, i)) {
        bytes += files.get(i).sizeBytes();
      }
    }
  }

  private boolean wanted(List<FileEntry> files, int i) {
    return settings.file().isEmpty() || settings.file().equals(files.get(i).path());
  }

  private Planned large(StoredRevision revision, int index, FileEntry file, FileRestorer restorer)
      throws IOException {
    try {
      Placement at = restorer.place(revision.model(), revision.revision(), file);
      boolean dryRun = settings.flags().contains(RestoreOptions.Flag.DRY_RUN);
      boolean equal = restorer.look(at, file) == Done.EQUAL;
      if (equal && !dryRun) {
        restorer.link(at);
      }
      if (equal || dryRun) {
        long written = equal ? 0 : file.sizeBytes();
        Report report = Report.of(revision, 1, equal ? 0 : 1, file.sizeBytes(), written);
        return new Planned(null, report);
      }
      return new Planned(Piece.of(Piece.Kind.FINISH, revision, index, file.sizeBytes()), null);
    } catch (ObstacleException e) {
      return new Planned(null, error(revision, file.path(), e));
    }
  }
}
