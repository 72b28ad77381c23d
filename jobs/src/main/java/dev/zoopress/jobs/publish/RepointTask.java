package dev.zoopress.jobs.publish;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.codec.manifest.SegmentEntry;
import dev.zoopress.jobs.compress.ModelResult;
import dev.zoopress.jobs.compress.ModelResult.Status;
import dev.zoopress.jobs.index.ChunkTable;
import dev.zoopress.jobs.inspect.Published;
import dev.zoopress.jobs.plan.JsonLines;
import dev.zoopress.jobs.plan.RunFolder;
import dev.zoopress.jobs.store.InFlight;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Pointer;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Run;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/**
 * Prepares manifests with the same files whose chunks lie elsewhere, held and complete, for what is
 * published of some models now. Nothing is visible yet; {@link PublishTask} does the rest.
 */
public final class RepointTask
    implements FlatMapFunction<
        Iterator<Tuple2<Integer, Tuple2<Iterable<RepointTask.Models>, Iterable<Moved>>>>,
        RepointTask.Done> {
  private static final long serialVersionUID = 1L;

  private final StoreAccess access;
  private final String runId;
  private final Broadcast<Map<String, Integer>> givenUp;

  /**
   * For one run.
   *
   * @param givenUp packs that nothing shall refer to any more
   */
  public RepointTask(StoreAccess access, String runId, Broadcast<Map<String, Integer>> givenUp) {
    this.access = access;
    this.runId = runId;
    this.givenUp = givenUp;
  }

  /** A slice of the store's models, in order of name. */
  public record Models(int slice, List<String> names) implements Serializable {}

  /** The driver's row. */
  public record Done(int slice, String key, String chunksKey, long models, List<ModelResult> failed)
      implements Serializable {}

  @Override
  public Iterator<Done> call(
      Iterator<Tuple2<Integer, Tuple2<Iterable<Models>, Iterable<Moved>>>> slices)
      throws IOException {
    List<Done> done = new ArrayList<>();
    try (ObjectStore store = access.open()) {
      while (slices.hasNext()) {
        Tuple2<Iterable<Models>, Iterable<Moved>> slice = slices.next()._2();
        for (Models models : slice._1()) {
          done.add(new Slice(store, slice._2()).repoint(models));
        }
      }
    }
    return done.iterator();
  }

  private final class Slice {
    private final Repository repository;
    private final Run run;
    private final RunFolder folder;
    private final Map<ChunkId, Moved> moved = new HashMap<>();
    private final Map<ChunkId, ChunkLocation> places = new HashMap<>();
    private final Set<ChunkId> listed = new HashSet<>();
    private final Map<String, Boolean> stays = new HashMap<>();

    Slice(ObjectStore store, Iterable<Moved> all) throws IOException {
      this.repository = Repository.open(store);
      this.run = Run.of(repository, runId);
      this.folder = new RunFolder(store, runId);
      for (Moved m : all) {
        moved.put(m.id(), m);
        places.put(m.id(), m.at());
      }
    }

    Done repoint(Models models) throws IOException {
      List<ModelResult> failed = new ArrayList<>();
      long count = 0;
      ChunkTable table = new ChunkTable();
      try (JsonLines.Writer rows = new JsonLines.Writer();
          InFlight inFlight = new InFlight()) {
        for (String name : models.names()) {
          try {
            Publishable row = model(name, inFlight, table);
            if (row != null) {
              rows.add(row);
              count++;
            }
          } catch (CorruptContainerException
              | UnsupportedVersionException
              | ObjectNotFoundException e) {
            failed.add(
                new ModelResult(name, "", Status.FAILED, 0, 0, 0, String.valueOf(e.getMessage())));
          }
        }
        return new Done(
            models.slice(),
            count == 0 ? "" : folder.write("publish", models.slice(), rows),
            table.write(folder, models.slice()),
            count,
            failed);
      }
    }

    /** What is to be published of a model; null for nothing. */
    private Publishable model(String name, InFlight inFlight, ChunkTable table) throws IOException {
      List<Pointer> pointers = new ArrayList<>();
      List<Manifest> manifests = new ArrayList<>();
      for (Pointer pointer : Published.of(repository, name).pointers()) {
        Manifest old = repository.manifest(pointer.manifest());
        Manifest now = repointed(old);
        if (!now.equals(old) && held(now)) {
          pointers.add(pointer);
          manifests.add(now);
        }
      }
      if (manifests.isEmpty()) {
        return null;
      }
      List<String> ids = repository.putManifests(run, manifests, inFlight);
      List<Publishable.Target> targets = new ArrayList<>();
      for (int i = 0; i < ids.size(); i++) {
        Manifest manifest = manifests.get(i);
        list(manifest, table);
        targets.add(
            new Publishable.Target(
                pointers.get(i).revision(),
                pointers.get(i).n(),
                ids.get(i),
                manifest.files().size(),
                manifest.sourceBytes(),
                manifest.files().size(),
                manifest.sourceBytes(),
                StoredShare.of(manifest)));
      }
      long bytes = manifests.stream().mapToLong(Manifest::sourceBytes).sum();
      return new Publishable(name, targets, List.of(), null, 0, bytes, List.of());
    }

    private Manifest repointed(Manifest old) {
      List<FileEntry> files = new ArrayList<>();
      for (FileEntry f : old.files()) {
        List<SegmentEntry> segments = new ArrayList<>();
        for (SegmentEntry s : f.segments()) {
          List<ChunkEntry> chunks = new ArrayList<>();
          for (ChunkEntry chunk : s.chunks()) {
            chunks.add(Moved.entry(chunk, givenUp.value().keySet(), places));
          }
          segments.add(new SegmentEntry(s.name(), s.dtype(), s.shape(), s.lengthBytes(), chunks));
        }
        files.add(
            new FileEntry(
                f.path(),
                f.sizeBytes(),
                f.sha256(),
                f.gitSha1(),
                f.lfs(),
                f.linkTarget(),
                f.format(),
                segments));
      }
      return new Manifest(files);
    }

    /** Holds the packs, then looks whether they are there. */
    private boolean held(Manifest manifest) throws IOException {
      Set<String> packs = manifest.packs();
      run.pin(packs);
      boolean all = true;
      for (String pack : packs) {
        Boolean known = stays.get(pack);
        if (known == null) {
          known = repository.packStays(pack);
          stays.put(pack, known);
        }
        all &= known;
      }
      return all;
    }

    private void list(Manifest manifest, ChunkTable table) throws IOException {
      for (FileEntry file : manifest.files()) {
        for (SegmentEntry segment : file.segments()) {
          for (ChunkEntry chunk : segment.chunks()) {
            Moved m = moved.get(chunk.id());
            if (m != null && m.fresh() && m.at().equals(chunk.location()) && listed.add(m.id())) {
              table.add(
                  ChunkTable.Row.of(m.id(), m.lengthBytes(), m.hintHigh(), m.hintLow(), m.at()));
            }
          }
        }
      }
    }
  }
}
