package dev.zoopress.jobs.verify;

import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.jobs.restore.Ticker;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoreAccess;
import dev.zoopress.jobs.verify.FilePlan.Piece;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;

/** Decodes the files of pieces and checks chunks and digests. */
final class FileTask implements FlatMapFunction<Iterator<Piece>, Tally> {
  private static final long serialVersionUID = 1L;

  private final StoreAccess access;
  private final Ticker.Counters counters;

  FileTask(StoreAccess access, Ticker.Counters counters) {
    this.access = access;
    this.counters = counters;
  }

  @Override
  public Iterator<Tally> call(Iterator<Piece> pieces) throws IOException {
    List<Piece> own = new ArrayList<>();
    pieces.forEachRemaining(own::add);
    own.sort(Comparator.comparingLong(Piece::bytes).reversed());
    Tally tally = new Tally();
    try (ObjectStore store = access.open()) {
      Repository repository = Repository.unchecked(store);
      ChunkCheck check = new ChunkCheck(repository, tally);
      String manifest = "";
      List<FileEntry> files = List.of();
      for (Piece piece : own) {
        if (!piece.manifest().equals(manifest)) {
          manifest = piece.manifest();
          files = repository.manifest(manifest).files();
        }
        for (int index : piece.files()) {
          check.file(manifestKey(manifest), files.get(index));
          counters.add(files.get(index).sizeBytes(), 1);
        }
      }
    }
    return List.of(tally).iterator();
  }

  static String manifestKey(String id) {
    return "manifests/" + id.substring(0, 2) + "/" + id + ".json.zst";
  }
}
