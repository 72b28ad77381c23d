package dev.zoopress.jobs.inspect;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.jobs.inspect.ListResult.ListedFile;
import dev.zoopress.jobs.inspect.ListResult.ListedRevision;
import dev.zoopress.jobs.restore.Layout;
import dev.zoopress.jobs.restore.Selection;
import dev.zoopress.jobs.restore.StoredRevision;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Pointer;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Stores;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;

/** Lists what is published, without Spark: a row per revision, or per file of one model. */
public final class ListJob {
  private static final int THREADS = 16;

  private final Configuration hadoop;
  private final String store;
  private final String model;

  /**
   * @param model {@code MODEL[@REV]} to list the files of; empty: all models
   */
  public ListJob(Configuration hadoop, String store, String model) {
    this.hadoop = Objects.requireNonNull(hadoop);
    this.store = Objects.requireNonNull(store);
    this.model = Objects.requireNonNull(model);
  }

  /**
   * Reads pointers and manifests; a damaged one is said in its row.
   *
   * @throws IOException if there is no repository, it cannot be read, or has no such model
   */
  public ListResult execute() throws IOException {
    try (ObjectStore objects = Stores.open(store, hadoop)) {
      Repository repository = Repository.open(objects);
      return model.isEmpty() ? models(repository) : files(repository);
    }
  }

  private ListResult models(Repository repository) throws IOException {
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<List<ListedRevision>>> asked = new ArrayList<>();
      for (String name : Published.models(repository)) {
        asked.add(pool.submit(() -> revisions(repository, name)));
      }
      List<ListedRevision> rows = new ArrayList<>();
      for (Future<List<ListedRevision>> future : asked) {
        rows.addAll(future.get());
      }
      return new ListResult(rows, List.of());
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      pool.shutdownNow();
    }
  }

  private static List<ListedRevision> revisions(Repository repository, String name)
      throws IOException {
    List<ListedRevision> rows = new ArrayList<>();
    try {
      Published published = Published.of(repository, name);
      for (Pointer pointer : published.pointers()) {
        rows.add(row(repository, pointer, published.refsTo(pointer.revision())));
      }
    } catch (CorruptContainerException e) {
      rows.add(new ListedRevision(name, "", 0, 0, 0, List.of(), e.getMessage()));
    }
    return rows;
  }

  private static ListedRevision row(Repository repository, Pointer pointer, List<String> refs)
      throws IOException {
    long stored = 0;
    String error = "";
    try {
      Set<ChunkLocation> seen = new HashSet<>();
      for (FileEntry file : repository.manifest(pointer.manifest()).files()) {
        stored += stored(file, seen);
      }
    } catch (CorruptContainerException | ObjectNotFoundException e) {
      error = e.getMessage();
    }
    return new ListedRevision(
        pointer.model(),
        pointer.revision(),
        pointer.files(),
        pointer.sourceBytes(),
        stored,
        refs,
        error);
  }

  /** Stored bytes of the file's chunks at places that were not seen yet. */
  private static long stored(FileEntry file, Set<ChunkLocation> seen) {
    return file.segments().stream()
        .flatMap(segment -> segment.chunks().stream())
        .filter(chunk -> seen.add(chunk.location()))
        .mapToLong(chunk -> Places.share(chunk.location(), chunk.lengthBytes()))
        .sum();
  }

  private ListResult files(Repository repository) throws IOException {
    List<ListedRevision> revisions = new ArrayList<>();
    List<ListedFile> files = new ArrayList<>();
    Layout layout = model.contains("@") ? Layout.HF_CACHE : Layout.PLAIN;
    for (StoredRevision chosen : Selection.sound(repository, model, layout)) {
      Published published = Published.of(repository, chosen.model());
      Manifest manifest = repository.manifest(chosen.manifest());
      Set<ChunkLocation> seen = new HashSet<>();
      long stored = 0;
      for (FileEntry file : manifest.files()) {
        stored += stored(file, seen);
        files.add(
            new ListedFile(
                chosen.model(),
                chosen.revision(),
                file.path(),
                file.sizeBytes(),
                stored(file, new HashSet<>()),
                file.sha256(),
                file.format(),
                file.segments().stream().filter(s -> !s.name().isEmpty()).count(),
                file.linkTarget()));
      }
      revisions.add(
          new ListedRevision(
              chosen.model(),
              chosen.revision(),
              manifest.files().size(),
              manifest.sourceBytes(),
              stored,
              published.refsTo(chosen.revision()),
              ""));
    }
    return new ListResult(revisions, files);
  }
}
