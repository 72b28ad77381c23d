package dev.zoopress.jobs.publish;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.FilePaths;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.jobs.compress.ModelResult;
import dev.zoopress.jobs.compress.ModelResult.Status;
import dev.zoopress.jobs.compress.UnitRecord.ContentResult;
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
import dev.zoopress.jobs.store.CountingStore;
import dev.zoopress.jobs.store.InFlight;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Pointer;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Run;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.FlatMapFunction2;
import scala.Tuple2;

/**
 * Prepares what one slice's models publish: manifests, held and complete, and rows that say what to
 * do with them. Nothing is visible yet; {@link PublishTask} does the rest, for this run or for one
 * that goes on where it stopped.
 */
public final class AssembleTask
    implements FlatMapFunction2<
        Iterator<AssembleTask.Work>, Iterator<Tuple2<Integer, Placed>>, AssembleTask.Done> {
  private static final long serialVersionUID = 1L;
  private static final int MAX_WARNINGS = 100;

  /** Models that are held in memory together. */
  private static final int WINDOW_MODELS = 64;

  private final RunContext context;

  public AssembleTask(RunContext context) {
    this.context = context;
  }

  /**
   * A slice to publish.
   *
   * @param units number and record key of the units that read parts of it
   */
  public record Work(int slice, String planKey, List<Tuple2<Integer, String>> units)
      implements Serializable {}

  /**
   * The driver's row: where the slice's {@link Publishable} rows and its chunk rows lie.
   *
   * @param addedBytes of manifests
   */
  public record Done(
      int slice, String key, String chunksKey, long addedBytes, List<String> warnings)
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
        // Closed with the store below it.
        CountingStore counting = new CountingStore(store);
        done.add(new Slice(counting, work.next(), overrides).assemble());
      }
    }
    return done.iterator();
  }

  /**
   * A row whose manifests have no ids yet.
   *
   * @param manifests of the row's revisions, null where none is new
   */
  private record Draft(Publishable open, List<Manifest> manifests, List<FileEntry> contents) {
    Publishable row(Iterator<String> ids) {
      List<Publishable.Target> targets = new ArrayList<>();
      for (int i = 0; i < manifests.size(); i++) {
        Publishable.Target target = open.revisions().get(i);
        targets.add(manifests.get(i) == null ? target : target.stored(ids.next()));
      }
      return open.with(targets);
    }
  }

  private final class Slice {
    private final CountingStore store;
    private final Repository repository;
    private final Run run;
    private final RunFolder folder;
    private final Work work;
    private final Map<Integer, Map<ChunkId, ChunkLocation>> overrides;
    private final Map<Integer, Map<ChunkId, StoredChunk>> stored = new HashMap<>();
    private final Map<List<Integer>, List<Part>> parts = new HashMap<>();
    private final Map<String, Boolean> packsThere = new HashMap<>();
    private final List<String> warnings = new ArrayList<>();
    private final ChunkTable chunkTable;

    Slice(CountingStore store, Work work, Map<Integer, Map<ChunkId, ChunkLocation>> overrides)
        throws IOException {
      this.store = store;
      this.repository = Repository.open(store);
      this.run = Run.of(repository, context.runId());
      this.folder = new RunFolder(store, context.runId());
      this.work = work;
      this.overrides = overrides;
      this.chunkTable = new ChunkTable();
    }

    Done assemble() throws IOException {
      for (Tuple2<Integer, String> unit : work.units()) {
        Map<ChunkId, StoredChunk> chunks = stored.computeIfAbsent(unit._1(), u -> new HashMap<>());
        folder.read(unit._2(), Line.class, line -> take(unit._1(), line, chunks));
      }
      List<PlannedModel> models = new ArrayList<>();
      folder.read(work.planKey(), PlannedModel.class, models::add);
      List<Integer> numbers = IntStream.range(0, models.size()).boxed().toList();
      try (JsonLines.Writer rows = new JsonLines.Writer();
          InFlight inFlight = new InFlight()) {
        for (int from = 0; from < numbers.size(); from += WINDOW_MODELS) {
          int to = Math.min(numbers.size(), from + WINDOW_MODELS);
          add(
              inFlight.map(numbers.subList(from, to), i -> model(models.get(i), i)),
              inFlight,
              rows);
        }
        return new Done(
            work.slice(),
            folder.write("publish", work.slice(), rows),
            chunkTable.write(folder, work.slice()),
            store.addedBytes(),
            List.copyOf(warnings));
      }
    }

    /** Stores the window's new manifests, and adds its rows. */
    private void add(List<Draft> window, InFlight inFlight, JsonLines.Writer rows)
        throws IOException {
      List<Manifest> news = new ArrayList<>();
      for (Draft draft : window) {
        draft.manifests().stream().filter(Objects::nonNull).forEach(news::add);
      }
      Iterator<String> ids = repository.putManifests(run, news, inFlight).iterator();
      for (Draft draft : window) {
        rows.add(draft.row(ids));
        for (FileEntry content : draft.contents()) {
          chunkTable.add(content, this::own);
        }
      }
    }

    private void take(int unit, Line line, Map<ChunkId, StoredChunk> chunks) {
      if (line.chunk() != null) {
        chunks.put(ChunkId.parse(line.chunk().id()), line.chunk());
      } else if (line.content() != null
          && line.content().slice() == work.slice()
          && line.content().piece() != ContentResult.LATER_WAVE) {
        parts
            .computeIfAbsent(
                List.of(line.content().model(), line.content().index()), k -> new ArrayList<>())
            .add(new Part(unit, line.content()));
        if (!line.content().warning().isEmpty()) {
          warn(line.content().warning());
        }
      }
    }

    private void warn(String warning) {
      if (warnings.size() < MAX_WARNINGS) {
        warnings.add(warning);
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

    private Draft model(PlannedModel planned, int number) throws IOException {
      if (planned.unchanged()) {
        return new Draft(Publishable.settled(unchanged(planned)), List.of(), List.of());
      }
      String name = planned.listing().model().name();
      try {
        planned.listing().notes().forEach(note -> warn(name + ": " + note));
        if (!planned.listing().problems().isEmpty()) {
          throw new Incomplete(String.join("; ", planned.listing().problems()));
        }
        String unusable = FilePaths.problem(name);
        if (unusable != null) {
          throw new Incomplete("the model's name " + unusable + ": rename its folder");
        }
        List<FileEntry> contents = contents(planned, number);
        List<Publishable.Target> targets = new ArrayList<>();
        List<Manifest> manifests = new ArrayList<>();
        Map<String, String> revisions = new HashMap<>();
        for (Revision revision : planned.listing().revisions()) {
          Publishable.Target target = target(name, revision, contents, manifests);
          revisions.put(revision.commit(), target.revision());
          targets.add(target);
        }
        Publishable row =
            new Publishable(
                name,
                targets,
                refs(name, planned.listing().refs(), revisions),
                record(planned, contents, revisions),
                contents.size(),
                planned.listing().sourceBytes(),
                List.of());
        return new Draft(row, manifests, contents);
      } catch (Incomplete
          | IllegalArgumentException
          | ConflictException
          | CorruptContainerException
          | UnsupportedVersionException
          | ObjectNotFoundException e) {
        ModelResult failed =
            new ModelResult(
                name,
                "",
                Status.FAILED,
                planned.listing().contents().size(),
                planned.listing().sourceBytes(),
                0,
                String.valueOf(e.getMessage()));
        return new Draft(Publishable.settled(List.of(failed)), List.of(), List.of());
      }
    }

    private List<Publishable.Ref> refs(
        String name, Map<String, String> listed, Map<String, String> revisions) throws IOException {
      Map<String, String> wanted = new TreeMap<>();
      listed.forEach((ref, commit) -> wanted.put(ref, revisions.get(commit)));
      if (revisions.containsKey("")) {
        wanted.put("main", revisions.get(""));
      }
      List<Publishable.Ref> refs = new ArrayList<>();
      for (Map.Entry<String, String> ref : wanted.entrySet()) {
        if (ref.getValue() != null) {
          int seen = repository.refNumber(name, ref.getKey());
          refs.add(new Publishable.Ref(ref.getKey(), seen, ref.getValue()));
        }
      }
      return refs;
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
      hold(new Manifest(files).packs());
      return files;
    }

    /** Holds packs, then looks whether they are there. */
    private synchronized void hold(Set<String> packs) throws IOException, Incomplete {
      Set<String> unseen = new HashSet<>(packs);
      unseen.removeAll(packsThere.keySet());
      run.pin(unseen);
      for (String pack : unseen) {
        packsThere.put(pack, repository.packStays(pack));
      }
      for (String pack : packs) {
        if (!packsThere.get(pack)) {
          throw new Incomplete("pack " + pack + " is gone: run compress again with --force");
        }
      }
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

    /** A revision without the manifest's id; adds the manifest, or null where none is new. */
    private Publishable.Target target(
        String model, Revision revision, List<FileEntry> contents, List<Manifest> manifests)
        throws IOException, Incomplete {
      List<FileEntry> entries = new ArrayList<>();
      for (Entry entry : revision.entries()) {
        String problem = FilePaths.problem(entry.path());
        if (problem != null) {
          throw new Incomplete(entry.path() + ": the path " + problem + ": rename it");
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
      }
      Manifest manifest = new Manifest(entries);
      String id = revision.commit().isEmpty() ? revisionId(manifest) : revision.commit();
      Optional<Pointer> before = repository.pointer(model, id);
      Manifest union = manifest;
      boolean news = true;
      if (before.isPresent() && !before.get().deleted()) {
        Manifest old = repository.manifest(before.get().manifest());
        union = Unions.of(old, manifest);
        news = !union.equals(old);
      }
      manifests.add(news ? union : null);
      return new Publishable.Target(
          id,
          before.map(Pointer::n).orElse(0),
          "",
          union.files().size(),
          union.sourceBytes(),
          entries.size(),
          manifest.sourceBytes(),
          StoredShare.of(manifest));
    }
  }

  private SourceRecord record(
      PlannedModel planned, List<FileEntry> contents, Map<String, String> revisions) {
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
    return new SourceRecord(context.parameters(), planned.listing(), revisions, recorded);
  }

  /** The first 40 hex digits of the SHA-256 over the sorted paths and digests. */
  static String revisionId(Manifest manifest) {
    MessageDigest digest = Digests.sha256();
    for (FileEntry file : manifest.files()) {
      digest.update((file.path() + "\0" + file.sha256() + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return Digests.hex(digest).substring(0, 40);
  }
}
