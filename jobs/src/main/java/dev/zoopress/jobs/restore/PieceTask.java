package dev.zoopress.jobs.restore;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.IntegrityException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.jobs.restore.Destination.Draft;
import dev.zoopress.jobs.restore.Destination.ObstacleException;
import dev.zoopress.jobs.restore.FileRestorer.Done;
import dev.zoopress.jobs.restore.RestoreResult.FileError;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * Restores the pieces of one Spark partition. Damage is a result; a broken target or store throws.
 */
final class PieceTask implements FlatMapFunction<Iterator<List<Piece>>, Report> {
  private static final long serialVersionUID = 1L;

  private final RestoreSettings settings;
  private final Ticker.Counters counters;

  PieceTask(RestoreSettings settings, Ticker.Counters counters) {
    this.settings = settings;
    this.counters = counters;
  }

  @Override
  public Iterator<Report> call(Iterator<List<Piece>> groups) throws IOException {
    List<Report> reports = new ArrayList<>();
    try (OpenStore store = new OpenStore(settings.store(), settings.hadoop());
        Destination destination = settings.open()) {
      StoredContent content = store.content();
      FileRestorer restorer =
          new FileRestorer(destination, content, settings.layout(), settings.flags());
      while (groups.hasNext()) {
        for (Piece piece : groups.next()) {
          restore(piece, store, destination, content, restorer, reports);
        }
      }
    }
    return reports.iterator();
  }

  private void restore(
      Piece piece,
      OpenStore store,
      Destination destination,
      StoredContent content,
      FileRestorer restorer,
      List<Report> reports)
      throws IOException {
    StoredRevision revision = piece.revision();
    List<FileEntry> files = store.manifest(revision.manifest()).files();
    for (int i = piece.firstFile(); i < piece.endFile(); i++) {
      FileEntry file = files.get(i);
      if (!settings.file().isEmpty() && !settings.file().equals(file.path())) {
        continue;
      }
      String large = piece.kind() == Piece.Kind.FILES ? "" : piece.largeName();
      try {
        switch (piece.kind()) {
          case FILES -> reports.add(whole(revision, file, restorer));
          case RANGE -> reports.add(range(piece, file, destination, content, restorer));
          case HASH -> content.streamChecked(file, bytes -> {});
          case FINISH -> reports.add(finish(piece, file, (LocalDestination) destination, restorer));
        }
      } catch (CorruptContainerException
          | UnsupportedVersionException
          | IntegrityException
          | ObjectNotFoundException
          | ObstacleException
          | EOFException e) {
        reports.add(Report.error(revision, FileError.of(file.path(), e), large));
      }
      if (piece.kind() != Piece.Kind.HASH && piece.kind() != Piece.Kind.FINISH) {
        counters.add(Math.min(piece.bytes(), file.sizeBytes()), 1);
      }
    }
  }

  private static Report whole(StoredRevision revision, FileEntry file, FileRestorer restorer)
      throws IOException {
    Done done = restorer.restore(revision.model(), revision.revision(), file);
    boolean written = done == Done.WRITTEN;
    return Report.of(
        revision, 1, written ? 1 : 0, file.sizeBytes(), written ? file.sizeBytes() : 0);
  }

  private static Report range(
      Piece piece,
      FileEntry file,
      Destination destination,
      StoredContent content,
      FileRestorer restorer)
      throws IOException {
    StoredRevision revision = piece.revision();
    Placement at = restorer.place(revision.model(), revision.revision(), file);
    if (destination instanceof HadoopDestination hadoop) {
      List<Report.Part> parts = new PartUpload(hadoop).upload(piece, file, at, content);
      return new Report(Report.of(revision, 0, 0, 0, 0).row(), piece.largeName(), parts);
    }
    LocalDestination local = (LocalDestination) destination;
    try (Draft draft = local.share(piece.largeName(), at.path(), piece.fromBytes())) {
      content.stream(file, piece.fromBytes(), piece.toBytes(), draft::write);
    }
    return Report.of(revision, 0, 0, 0, 0);
  }

  /** Reads what lies on disk, not what was decoded: the ranges came from several tasks. */
  private static Report finish(
      Piece piece, FileEntry file, LocalDestination destination, FileRestorer restorer)
      throws IOException {
    StoredRevision revision = piece.revision();
    Placement at = restorer.place(revision.model(), revision.revision(), file);
    StoredContent.check(file, destination.sha256(destination.draft(piece.largeName())));
    try (Draft draft = destination.share(piece.largeName(), at.path(), 0)) {
      draft.publish();
    }
    restorer.link(at);
    return Report.of(revision, 1, 1, file.sizeBytes(), file.sizeBytes());
  }
}
