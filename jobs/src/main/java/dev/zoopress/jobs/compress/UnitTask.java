package dev.zoopress.jobs.compress;

import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.pack.ChunkCache;
import dev.zoopress.codec.pack.FrameSource;
import dev.zoopress.jobs.compress.UnitRecord.ContentResult;
import dev.zoopress.jobs.compress.UnitRecord.Line;
import dev.zoopress.jobs.compress.UnitRecord.StoredChunk;
import dev.zoopress.jobs.compress.UnitRecord.Summary;
import dev.zoopress.jobs.delta.Planned;
import dev.zoopress.jobs.plan.JsonLines;
import dev.zoopress.jobs.plan.Leaders.Follower;
import dev.zoopress.jobs.plan.PlannedContent;
import dev.zoopress.jobs.plan.RunContext;
import dev.zoopress.jobs.plan.RunFolder;
import dev.zoopress.jobs.plan.UnitContents;
import dev.zoopress.jobs.plan.Units.Unit;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Run;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.function.FlatMapFunction2;
import org.apache.spark.util.LongAccumulator;
import scala.Tuple2;

/**
 * Compresses one unit. The unit's record is named by a digest of everything that decides its
 * outcome, so that an attempt that comes second, or a run that goes on where another was killed,
 * finds it and reads nothing.
 */
public final class UnitTask
    implements FlatMapFunction2<Iterator<Unit>, Iterator<Tuple2<Integer, Planned>>, UnitTask.Done> {
  private static final long serialVersionUID = 1L;

  /** Decoded bytes of small bases and scales that a task keeps. */
  static final long BASE_CACHE_BYTES = 8L << 20;

  private static final String FORMAT = "unit/3";

  private final RunContext context;
  private final LongAccumulator doneBytes;
  private final LongAccumulator storedBytes;
  private final LongAccumulator doneChunks;

  UnitTask(
      RunContext context,
      LongAccumulator doneBytes,
      LongAccumulator storedBytes,
      LongAccumulator doneChunks) {
    this.context = context;
    this.doneBytes = doneBytes;
    this.storedBytes = storedBytes;
    this.doneChunks = doneChunks;
  }

  /** The driver's row of a finished unit. */
  public record Done(
      int unit,
      String key,
      String executor,
      boolean resumed,
      long bytesRead,
      Summary summary,
      Map<String, Long> stageNanos)
      implements Serializable {}

  @Override
  public Iterator<Done> call(Iterator<Unit> units, Iterator<Tuple2<Integer, Planned>> plannedRows)
      throws IOException {
    Map<Follower, Planned> planned = new HashMap<>();
    while (plannedRows.hasNext()) {
      Planned row = plannedRows.next()._2();
      planned.put(row.place(), row);
    }
    List<Done> done = new ArrayList<>();
    try (ObjectStore store = context.openStore()) {
      while (units.hasNext()) {
        done.add(unit(units.next(), planned, store));
      }
    }
    return done.iterator();
  }

  private Done unit(Unit unit, Map<Follower, Planned> planned, ObjectStore store)
      throws IOException {
    RunFolder run = new RunFolder(store, context.runId());
    List<PlannedContent> contents = UnitContents.of(unit, run);
    String name = "units/" + digest(unit, contents, planned) + ".jsonl.zst";
    Done finished = finished(unit, name, store);
    if (finished != null) {
      return finished;
    }
    StageClock clock = new StageClock();
    List<StoredChunk> stored = new ArrayList<>();
    List<ContentResult> results = new ArrayList<>();
    UnitEncoder[] encoder = new UnitEncoder[1];
    ChunkCache cache = new ChunkCache(BASE_CACHE_BYTES);
    try (ContentReader reader = new ContentReader(clock);
        FrameSource bases = new FrameSource(Repository.open(store).packs(), cache);
        PackSpool spool =
            new PackSpool(
                Repository.open(store),
                Run.of(Repository.open(store), context.runId()),
                context.effort(),
                clock,
                (pack, frame, chunk) -> stored.add(encoder[0].stored(pack, frame, chunk)))) {
      UnitEncoder unitEncoder =
          new UnitEncoder(unit, planned, bases, context.openSource(), spool, reader, clock);
      encoder[0] = unitEncoder;
      for (PlannedContent content : contents) {
        long before = reader.bytesRead();
        long chunksBefore = unitEncoder.chunks();
        results.add(unitEncoder.encode(content));
        doneBytes.add(reader.bytesRead() - before);
        doneChunks.add(unitEncoder.chunks() - chunksBefore);
      }
      spool.finish();
      Summary summary =
          new Summary(
              (int) results.stream().filter(r -> !r.error().isEmpty()).count(),
              unitEncoder.sourceBytes(),
              unitEncoder.duplicateBytes(),
              unitEncoder.chunks(),
              spool.delta(),
              spool.entropy(),
              spool.raw(),
              merged(unitEncoder.sourceByDtype(), spool.storedByDtype()),
              List.copyOf(spool.packs()));
      storedBytes.add(summary.packs().stream().mapToLong(UnitRecord.PackRow::sizeBytes).sum());
      return commit(
          unit,
          run,
          run.key(name),
          lines(summary, results, stored),
          summary,
          reader.bytesRead(),
          clock);
    }
  }

  private static String executor() {
    return SparkEnv.get().executorId();
  }

  private static Map<String, ByteShare> merged(
      Map<String, ByteShare> source, Map<String, ByteShare> stored) {
    Map<String, ByteShare> all = new TreeMap<>(source);
    stored.forEach((dtype, share) -> all.merge(dtype, share, ByteShare::plus));
    return all;
  }

  private Done commit(
      Unit unit,
      RunFolder run,
      String key,
      JsonLines.Writer lines,
      Summary summary,
      long bytesRead,
      StageClock clock)
      throws IOException {
    Summary truth = summary;
    if (!run.putIfAbsent(key, lines.bytes())) {
      truth = summary(run, key);
    }
    return new Done(unit.number(), key, executor(), false, bytesRead, truth, clock.toMap());
  }

  private static JsonLines.Writer lines(
      Summary summary, List<ContentResult> results, List<StoredChunk> stored) throws IOException {
    JsonLines.Writer lines = new JsonLines.Writer();
    lines.add(new Line(summary, null, null));
    for (ContentResult result : results) {
      lines.add(new Line(null, result, null));
    }
    for (StoredChunk chunk : stored) {
      lines.add(new Line(null, null, chunk));
    }
    return lines;
  }

  /** The record of this unit that an earlier attempt or an unfinished run left, if it is usable. */
  private Done finished(Unit unit, String name, ObjectStore store) throws IOException {
    RunFolder run = new RunFolder(store, context.runId());
    if (run.exists(run.key(name))) {
      Summary summary = summary(run, run.key(name));
      return new Done(unit.number(), run.key(name), executor(), true, 0, summary, Map.of());
    }
    for (String other : context.resumable()) {
      RunFolder unfinished = new RunFolder(store, other);
      String key = unfinished.key(name);
      try {
        Summary summary = unfinished.exists(key) ? summary(unfinished, key) : null;
        if (summary != null && summary.failures() == 0 && present(store, summary)) {
          run.putIfAbsent(run.key(name), JsonLines.bytes(store, key, RunFolder.MAX_OBJECT_BYTES));
          doneBytes.add(summary.sourceBytes());
          return new Done(unit.number(), run.key(name), executor(), true, 0, summary, Map.of());
        }
      } catch (ObjectNotFoundException e) {
        // gc has just cleared away a run that it had declared dead: done anew.
      }
    }
    return null;
  }

  /** Holds the packs for this run, then looks whether they are there. */
  private boolean present(ObjectStore store, Summary summary) throws IOException {
    Repository repository = Repository.open(store);
    Run.of(repository, context.runId())
        .pin(summary.packs().stream().map(UnitRecord.PackRow::id).toList());
    for (UnitRecord.PackRow pack : summary.packs()) {
      if (!repository.packStays(pack.id())) {
        return false;
      }
    }
    return true;
  }

  private static Summary summary(RunFolder run, String key) throws IOException {
    Summary[] found = new Summary[1];
    run.read(
        key,
        Line.class,
        line -> {
          if (line.summary() != null) {
            found[0] = line.summary();
          }
        });
    if (found[0] == null) {
      throw new IOException(key + ": a unit's record without its summary");
    }
    return found[0];
  }

  private String digest(Unit unit, List<PlannedContent> contents, Map<Follower, Planned> planned) {
    StringBuilder text = new StringBuilder();
    text.append(FORMAT).append('\n').append(context.parameters()).append('\n');
    text.append(context.source()).append('\n').append(unit.kind()).append(' ');
    text.append(unit.fromBytes()).append(' ').append(unit.toBytes()).append('\n');
    for (PlannedContent c : contents) {
      text.append(c.slice()).append(' ').append(c.model()).append(' ').append(c.index());
      text.append(' ').append(c.content()).append('\n');
    }
    new TreeSet<>(planned.values()).forEach(p -> text.append(p).append('\n'));
    return ChunkId.of(
            Digests.sha256()
                .digest(text.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .hex();
  }
}
