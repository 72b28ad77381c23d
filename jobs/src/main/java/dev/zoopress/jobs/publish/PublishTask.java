package dev.zoopress.jobs.publish;

import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.FilePaths;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.jobs.compress.ModelResult;
import dev.zoopress.jobs.compress.ModelResult.Status;
import dev.zoopress.jobs.compress.UnitRecord.Line;
import dev.zoopress.jobs.compress.UnitRecord.StoredChunk;
import dev.zoopress.jobs.index.ChunkTable;
import dev.zoopress.jobs.index.SourceRecord;
import dev.zoopress.jobs.plan.JsonLines;
import dev.zoopress.jobs.plan.PlannedModel;
import dev.zoopress.jobs.plan.RunContext;
import dev.zoopress.jobs.plan.RunFolder;
import dev.zoopress.jobs.publish.ModelAssembly.Incomplete;
import dev.zoopress.jobs.publish.ModelAssembly.Part;
import dev.zoopress.jobs.reconcile.Reconciler.Placed;
import dev.zoopress.jobs.source.Entry;
import dev.zoopress.jobs.source.Revision;
import dev.zoopress.jobs.store.ConflictException;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Pointer;
import dev.zoopress.jobs.store.Publication;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Run;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.api.java.function.FlatMapFunction2;
import scala.Tuple2;

/** Publishes the models of one slice: manifests, pointers, refs, source records, index rows. */
public final class PublishTask
    implements FlatMapFunction2<
        Iterator<PublishTask.Work>, Iterator<Tuple2<Integer, Placed>>, PublishTask.Done> {
  private static final long serialVersionUID = 1L;
  private static final int ATTEMPTS = 20;

  private final RunContext context;

  public PublishTask(RunContext context) {
    this.context = context;
  }

  /**
   * A slice to publish.
   *
   * @param units number and record key of the units that read parts of it
   */
  public record Work(int slice, String planKey, List<Tuple2<Integer, String>> units)
      implements Serializable {}

  /** The driver's row: where the models' results lie, and their sums. */
  public record Done(
      int slice,
      String resultKey,
      long stored,
      long files,
      long sourceBytes,
      long overheadBytes,
      long failures,
      List<ModelResult> failed,
      List<String> warnings)
      implements Serializable {}

  @Override
  public Iterator<Done> call(Iterator<Work> work, Iterator<Tuple2<Integer, Placed>> placed)
      throws IOException {
    Map<Integer, Map<ChunkId, ChunkLocation>> overrides = new HashMap<>();
    while (placed.hasNext()) {
      Placed p = placed.next()._2();
      overrides.computeIfAbsent(p.unit(), u -> new HashMap<>()).put(p.id(), p.location());
    }
    List<Done> done = new ArrayList<>();
    try (ObjectStore store = context.openStore()) {
      while (work.hasNext()) {
        done.add(new Slice(store, work.next(), overrides).publish());
      }
    }
    return done.iterator();
  }

  private final class Slice {
    private final ObjectStore store;
    private final Repository repository;
    private final Run run;
    private final RunFolder folder;
    private final Work work;
    private final Map<Integer, Map<ChunkId, ChunkLocation>> overrides;
    private final Map<Integer, Map<ChunkId, StoredChunk>> stored = new HashMap<>();
    private final Map<List<Integer>, List<Part>> parts = new HashMap<>();
    private final Map<String, Boolean> packsThere = new HashMap<>();
    private final List<String> warnings = new ArrayList<>();
    private final List<ModelResult> failed = new ArrayList<>();
    private final ChunkTable chunkTable;
    private long storedModels;
    private long files;
    private long sourceBytes;
    private long failures;

    Slice(ObjectStore store, Work work, Map<Integer, Map<ChunkId, ChunkLocation>> overrides)
        throws IOException {
      this.store = store;
      this.repository = Repository.open(store);
      this.run = Run.of(repository, context.runId());
      this.folder = new RunFolder(store, context.runId());
      this.work = work;
      this.overrides = overrides;
      this.chunkTable = new ChunkTable();
    }

    Done publish() throws IOException {
      for (Tuple2<Integer, String> unit : work.units()) {
        Map<ChunkId, StoredChunk> chunks = stored.computeIfAbsent(unit._1(), u -> new HashMap<>());
        folder.read(unit._2(), Line.class, line -> take(unit._1(), line, chunks));
      }
      List<PlannedModel> models = new ArrayList<>();
      folder.read(work.planKey(), PlannedModel.class, models::add);
      try (JsonLines.Writer results = new JsonLines.Writer()) {
        for (int i = 0; i < models.size(); i++) {
          for (ModelResult result : model(models.get(i), i)) {
            results.add(result);
          }
        }
        String key = folder.write("results", work.slice(), results);
        long index = chunkTable.put(store, context.runId(), work.slice());
        return new Done(
            work.slice(),
            key,
            storedModels,
            files,
            sourceBytes,
            index,
            failures,
            List.copyOf(failed),
            List.copyOf(warnings));
      }
    }

    private void take(int unit, Line line, Map<ChunkId, StoredChunk> chunks) {
      if (line.chunk() != null) {
        chunks.put(ChunkId.parse(line.chunk().id()), line.chunk());
      } else if (line.content() != null && line.content().slice() == work.slice()) {
        parts
            .computeIfAbsent(
                List.of(line.content().model(), line.content().index()), k -> new ArrayList<>())
            .add(new Part(unit, line.content()));
        if (!line.content().warning().isEmpty() && warnings.size() < 100) {
          warnings.add(line.content().warning());
        }
      }
    }

    private ChunkLocation place(int unit, ChunkId id) {
      ChunkLocation elsewhere = overrides.getOrDefault(unit, Map.of()).get(id);
      if (elsewhere != null) {
        return elsewhere;
      }
      StoredChunk own = stored.getOrDefault(unit, Map.of()).get(id);
      return own == null ? null : own.location();
    }

    private List<ModelResult> model(PlannedModel planned, int number) throws IOException {
      if (planned.unchanged()) {
        return unchanged(planned);
      }
      String name = planned.listing().model().name();
      List<ModelResult> results = new ArrayList<>();
      try {
        if (!planned.listing().problems().isEmpty()) {
          throw new Incomplete(String.join("; ", planned.listing().problems()));
        }
        List<FileEntry> contents = contents(planned, number);
        Map<String, String> revisions = new HashMap<>();
        for (Revision revision : planned.listing().revisions()) {
          results.add(revision(name, revision, contents, revisions));
        }
        Map<String, String> refs = new HashMap<>();
        planned.listing().refs().forEach((ref, commit) -> refs.put(ref, revisions.get(commit)));
        if (revisions.containsKey("")) {
          refs.put("main", revisions.get(""));
        }
        for (Map.Entry<String, String> ref : refs.entrySet()) {
          if (ref.getValue() != null) {
            repository.setRef(name, ref.getKey(), ref.getValue());
          }
        }
        record(planned, contents, revisions, store);
        for (FileEntry content : contents) {
          chunkTable.add(content, this::own);
        }
        storedModels++;
        files += contents.size();
        sourceBytes += planned.listing().sourceBytes();
      } catch (Incomplete | IllegalArgumentException | ConflictException e) {
        ModelResult result =
            new ModelResult(
                name,
                "",
                Status.FAILED,
                planned.listing().contents().size(),
                planned.listing().sourceBytes(),
                0,
                String.valueOf(e.getMessage()));
        failures++;
        failed.add(result);
        results.add(result);
      }
      return results;
    }

    /** The chunk as a unit of this run stored it at exactly this place, else null. */
    private StoredChunk own(ChunkId id, ChunkLocation place) {
      for (Map<ChunkId, StoredChunk> chunks : stored.values()) {
        StoredChunk chunk = chunks.get(id);
        if (chunk != null && chunk.pack().equals(place.pack())) {
          return chunk;
        }
      }
      return null;
    }

    private List<ModelResult> unchanged(PlannedModel planned) {
      List<ModelResult> results = new ArrayList<>();
      String name = planned.listing().model().name();
      Optional<SourceRecord> record = SourceRecord.read(store, context.source(), name);
      for (Revision revision : planned.listing().revisions()) {
        long bytes = 0;
        for (Entry entry : revision.entries()) {
          bytes += planned.content(entry.content()).stamp().sizeBytes();
        }
        String published =
            record.map(r -> r.revisions().getOrDefault(revision.commit(), "")).orElse("");
        results.add(
            new ModelResult(
                name, published, Status.UNCHANGED, revision.entries().size(), bytes, 0, ""));
      }
      return results;
    }

    private List<FileEntry> contents(PlannedModel planned, int number)
        throws IOException, Incomplete {
      Map<Integer, PlannedModel.Reused> reused = new HashMap<>();
      planned.reused().forEach(r -> reused.put(r.content(), r));
      Map<String, Map<String, FileEntry>> manifests = new HashMap<>();
      List<FileEntry> files = new ArrayList<>();
      for (int i = 0; i < planned.listing().contents().size(); i++) {
        PlannedModel.Reused old = reused.get(i);
        if (old == null) {
          files.add(
              ModelAssembly.file(
                  planned.content(i),
                  parts.getOrDefault(List.of(number, i), List.of()),
                  this::place));
        } else {
          String name = planned.listing().model().name();
          if (!manifests.containsKey(old.revision())) {
            manifests.put(old.revision(), published(name, old.revision()));
          }
          FileEntry entry = manifests.get(old.revision()).get(old.path());
          if (entry == null) {
            throw new Incomplete(
                old.path() + ": no longer published: run compress again with --force");
          }
          files.add(entry);
        }
      }
      Set<String> named = new Manifest(files).packs();
      Set<String> packs = new HashSet<>(named);
      packs.removeAll(packsThere.keySet());
      run.pin(packs);
      for (String pack : packs) {
        packsThere.put(pack, repository.packStays(pack));
      }
      for (String pack : named) {
        if (!packsThere.get(pack)) {
          throw new Incomplete("pack " + pack + " is gone: run compress again with --force");
        }
      }
      return files;
    }

    private Map<String, FileEntry> published(String model, String revision)
        throws IOException, Incomplete {
      Optional<Pointer> pointer = repository.pointer(model, revision);
      if (pointer.isEmpty() || pointer.get().deleted()) {
        throw new Incomplete(revision + " was deleted meanwhile: run compress again");
      }
      Map<String, FileEntry> files = new HashMap<>();
      repository.manifest(pointer.get().manifest()).files().forEach(f -> files.put(f.path(), f));
      return files;
    }

    private ModelResult revision(
        String model, Revision revision, List<FileEntry> contents, Map<String, String> revisions)
        throws IOException, Incomplete {
      List<FileEntry> entries = new ArrayList<>();
      long bytes = 0;
      for (Entry entry : revision.entries()) {
        String problem = FilePaths.problem(entry.path());
        if (problem != null) {
          throw new Incomplete(entry.path() + ": the path " + problem);
        }
        FileEntry c = contents.get(entry.content());
        entries.add(
            new FileEntry(
                entry.path(),
                c.sizeBytes(),
                c.sha256(),
                c.gitSha1(),
                c.lfs(),
                entry.linkText(),
                c.format(),
                c.segments()));
        bytes += c.sizeBytes();
      }
      Manifest manifest = new Manifest(entries);
      String id = revision.commit().isEmpty() ? revisionId(manifest) : revision.commit();
      publish(model, id, manifest, bytes);
      revisions.put(revision.commit(), id);
      return new ModelResult(model, id, Status.STORED, entries.size(), bytes, 0, "");
    }

    private void publish(String model, String revision, Manifest manifest, long bytes)
        throws IOException, Incomplete {
      Manifest wanted = manifest;
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        Optional<Pointer> before = repository.pointer(model, revision);
        if (before.isPresent() && !before.get().deleted()) {
          Manifest old = repository.manifest(before.get().manifest());
          if (sameFiles(old, wanted)) {
            return;
          }
        }
        String id = repository.putManifest(run, wanted);
        int n = before.map(Pointer::n).orElse(0) + 1;
        Pointer pointer = new Pointer(model, revision, n, id, wanted.files().size(), bytes);
        if (repository.publish(pointer) == Publication.DONE) {
          return;
        }
      }
      throw new Incomplete("other runs publish " + revision + " all the time: run compress again");
    }
  }

  /** Whether publishing {@code wanted} would add nothing: every file of it is there, the same. */
  private static boolean sameFiles(Manifest old, Manifest wanted) {
    Map<String, FileEntry> files = new HashMap<>();
    old.files().forEach(f -> files.put(f.path(), f));
    for (FileEntry file : wanted.files()) {
      FileEntry before = files.get(file.path());
      if (before == null
          || !before.sha256().equals(file.sha256())
          || !before.linkTarget().equals(file.linkTarget())) {
        return false;
      }
    }
    return true;
  }

  private void record(
      PlannedModel planned,
      List<FileEntry> contents,
      Map<String, String> revisions,
      ObjectStore store)
      throws IOException {
    List<SourceRecord.Recorded> recorded = new ArrayList<>();
    boolean[] seen = new boolean[contents.size()];
    for (Revision revision : planned.listing().revisions()) {
      for (Entry entry : revision.entries()) {
        if (!seen[entry.content()]) {
          seen[entry.content()] = true;
          recorded.add(
              new SourceRecord.Recorded(
                  planned.content(entry.content()),
                  revisions.get(revision.commit()),
                  entry.path()));
        }
      }
    }
    new SourceRecord(context.parameters(), planned.listing(), revisions, recorded)
        .write(store, context.source());
  }

  /** The first 40 hex digits of the SHA-256 over the sorted paths and digests. */
  static String revisionId(Manifest manifest) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (FileEntry file : manifest.files()) {
        digest.update((file.path() + "\0" + file.sha256() + "\n").getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, 40);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
