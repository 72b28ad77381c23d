package dev.zoopress.jobs.publish;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.jobs.compress.ModelResult;
import dev.zoopress.jobs.compress.ModelResult.Status;
import dev.zoopress.jobs.index.ChunkTable;
import dev.zoopress.jobs.index.IndexTables;
import dev.zoopress.jobs.plan.JsonLines;
import dev.zoopress.jobs.plan.RunFolder;
import dev.zoopress.jobs.publish.ModelAssembly.Incomplete;
import dev.zoopress.jobs.store.ConflictException;
import dev.zoopress.jobs.store.CountingStore;
import dev.zoopress.jobs.store.InFlight;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import dev.zoopress.jobs.store.Pointer;
import dev.zoopress.jobs.store.Publication;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Run;
import dev.zoopress.jobs.store.Stores;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Publishes one slice of a run that has decided to: pointers, refs, source records, index rows. A
 * repetition, at any time and by anybody, does what is left to do and turns nothing back that came
 * later.
 */
public final class PublishTask implements Function<Publications.Slice, PublishTask.Done> {
  private static final long serialVersionUID = 1L;
  private static final int ATTEMPTS = 20;

  private final String storeUri;
  private final String runId;
  private final String source;
  private final Broadcast<SerializableConfiguration> hadoop;

  PublishTask(
      String storeUri, String runId, String source, Broadcast<SerializableConfiguration> hadoop) {
    this.storeUri = storeUri;
    this.runId = runId;
    this.source = source;
    this.hadoop = hadoop;
  }

  /**
   * The driver's row: where the models' results lie, and their sums.
   *
   * @param addedBytes of pointers, refs, source records and index rows
   */
  public record Done(
      int slice,
      String resultKey,
      long stored,
      long files,
      long sourceBytes,
      long addedBytes,
      long failures,
      List<ModelResult> failed)
      implements Serializable {}

  @Override
  public Done call(Publications.Slice slice) throws IOException {
    try (CountingStore store = new CountingStore(Stores.open(storeUri, hadoop.value().value()))) {
      return new Work(store).publish(slice);
    }
  }

  private final class Work {
    private final CountingStore store;
    private final Repository repository;
    private final List<ModelResult> failed = new ArrayList<>();
    private long models;
    private long files;
    private long sourceBytes;

    Work(CountingStore store) throws IOException {
      this.store = store;
      this.repository = Repository.open(store);
    }

    Done publish(Publications.Slice slice) throws IOException {
      RunFolder folder = new RunFolder(store, runId);
      List<Publishable> rows = new ArrayList<>();
      folder.read(slice.key(), Publishable.class, rows::add);
      try (JsonLines.Writer results = new JsonLines.Writer();
          InFlight inFlight = new InFlight()) {
        for (List<ModelResult> model : inFlight.map(rows, this::model)) {
          for (ModelResult result : model) {
            results.add(result);
            if (result.status() == Status.FAILED) {
              failed.add(result);
            }
          }
        }
        ChunkTable.publish(store, slice.chunksKey(), runId, slice.slice());
        tables(slice.slice(), rows);
        return new Done(
            slice.slice(),
            folder.write("results", slice.slice(), results),
            models,
            files,
            sourceBytes,
            store.addedBytes(),
            failed.size(),
            List.copyOf(failed));
      }
    }

    /** Adds to the tables what is now the truth about the revisions that the slice has news of. */
    private void tables(int slice, List<Publishable> rows) throws IOException {
      try (IndexTables tables = new IndexTables(store)) {
        for (Publishable row : rows) {
          for (Publishable.Target target : row.revisions()) {
            if (!target.manifest().isEmpty()) {
              table(tables, row.model(), target.revision());
            }
          }
        }
        tables.put(runId, slice);
      }
    }

    private void table(IndexTables tables, String model, String revision) throws IOException {
      try {
        Optional<Pointer> pointer = repository.pointer(model, revision);
        if (pointer.isPresent() && !pointer.get().deleted()) {
          tables.add(pointer.get(), repository.manifest(pointer.get().manifest()));
        }
      } catch (CorruptContainerException
          | UnsupportedVersionException
          | ObjectNotFoundException e) {
        // The index is a cache; verify says what is wrong.
        return;
      }
    }

    private List<ModelResult> model(Publishable row) throws IOException {
      if (row.model().isEmpty()) {
        return row.settled();
      }
      List<ModelResult> results = new ArrayList<>();
      try {
        for (Publishable.Target target : row.revisions()) {
          publish(row, target);
          results.add(
              new ModelResult(
                  row.model(),
                  target.revision(),
                  Status.STORED,
                  target.files(),
                  target.sourceBytes(),
                  target.storedBytes(),
                  ""));
        }
        for (Publishable.Ref ref : row.refs()) {
          repository.setRef(row.model(), ref.ref(), ref.seen(), ref.revision());
        }
        if (row.record() != null) {
          row.record().write(store, source);
        }
        count(row);
      } catch (Incomplete
          | IllegalArgumentException
          | ConflictException
          | CorruptContainerException
          | UnsupportedVersionException
          | ObjectNotFoundException e) {
        results.add(
            new ModelResult(
                row.model(),
                "",
                Status.FAILED,
                row.files(),
                row.sourceBytes(),
                0,
                String.valueOf(e.getMessage())));
      }
      return results;
    }

    private synchronized void count(Publishable row) {
      models++;
      files += row.files();
      sourceBytes += row.sourceBytes();
    }

    private void publish(Publishable row, Publishable.Target target)
        throws IOException, Incomplete {
      String model = row.model();
      if (target.manifest().isEmpty()) {
        return;
      }
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        Optional<Pointer> before = repository.pointer(model, target.revision());
        Publication publication;
        if (before.isEmpty() || before.get().n() <= target.seen()) {
          publication =
              repository.publish(
                  new Pointer(
                      model,
                      target.revision(),
                      target.seen() + 1,
                      target.manifest(),
                      target.manifestFiles(),
                      target.manifestBytes()));
        } else if (row.record() == null) {
          // Only places of chunks have changed: whatever came meanwhile is as good.
          return;
        } else if (before.get().deleted()) {
          throw new Incomplete(target.revision() + " was deleted meanwhile: run compress again");
        } else {
          Manifest old = repository.manifest(before.get().manifest());
          Manifest union = Unions.of(old, repository.manifest(target.manifest()));
          if (union.equals(old)) {
            return;
          }
          publication = unite(before.get(), union);
        }
        if (publication == Publication.DONE) {
          return;
        }
      }
      throw new Incomplete(
          "other runs publish " + target.revision() + " all the time: run compress again");
    }

    /**
     * Publishes what another run and this one have of a revision. Held by a run of its own: whose
     * task this is may have been completed by somebody else long ago, and hold nothing any more.
     */
    private Publication unite(Pointer before, Manifest union) throws IOException, Incomplete {
      Run own = Run.of(repository, "unite-" + UUID.randomUUID());
      own.pin(union.packs());
      for (String pack : union.packs()) {
        if (!repository.packStays(pack)) {
          throw new Incomplete("pack " + pack + " is gone: run compress again with --force");
        }
      }
      String id = repository.putManifest(own, union);
      if (!own.beginPublishing()) {
        throw new Incomplete("gc came between: run compress again");
      }
      Publication publication =
          repository.publish(
              new Pointer(
                  before.model(),
                  before.revision(),
                  before.n() + 1,
                  id,
                  union.files().size(),
                  union.sourceBytes()));
      own.finish();
      return publication;
    }
  }
}
