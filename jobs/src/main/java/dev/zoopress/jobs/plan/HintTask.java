package dev.zoopress.jobs.plan;

import dev.zoopress.codec.chunk.Chunk;
import dev.zoopress.codec.chunk.Chunker;
import dev.zoopress.codec.format.FileLayout;
import dev.zoopress.jobs.delta.Sketch;
import dev.zoopress.jobs.delta.SketchReader;
import dev.zoopress.jobs.plan.Units.Kind;
import dev.zoopress.jobs.plan.Units.Unit;
import dev.zoopress.jobs.source.SourceFile;
import dev.zoopress.jobs.source.SourceTree;
import dev.zoopress.jobs.store.ObjectStore;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;

/** Reads the headers and samples of some units and writes their hints as one object. */
public final class HintTask implements FlatMapFunction<Iterator<Unit>, HintTask.Hinted> {
  private static final long serialVersionUID = 1L;

  private final RunContext context;
  private long sketchBytes;

  public HintTask(RunContext context) {
    this.context = context;
  }

  /**
   * What a task found.
   *
   * @param key object with {@link Hints.Row}s, empty where there is none
   * @param sketches object with {@link Sketch}es, empty where there is none
   */
  public record Hinted(String key, long rows, String sketches, long bytesRead, List<Sized> units)
      implements Serializable {}

  /** What a unit has to read; units without contents are dropped. */
  public record Sized(int unit, int contents, long bytes) implements Serializable {}

  @Override
  public Iterator<Hinted> call(Iterator<Unit> units) throws IOException {
    Hints hints = new Hints();
    List<Sized> sized = new ArrayList<>();
    long rows = 0;
    List<Sketch> sketches = new ArrayList<>();
    try (ObjectStore store = context.openStore();
        JsonLines.Writer out = new JsonLines.Writer();
        JsonLines.Writer sketched = new JsonLines.Writer()) {
      SourceTree source = context.openSource();
      RunFolder run = new RunFolder(store, context.runId());
      while (units.hasNext()) {
        Unit unit = units.next();
        List<PlannedContent> contents = UnitContents.of(unit, run);
        long bytes = 0;
        for (PlannedContent content : contents) {
          bytes +=
              unit.kind() == Kind.CONTENTS
                  ? content.content().stamp().sizeBytes()
                  : unit.sizeBytes();
          if (unit.kind() != Kind.HASH
              && content.content().stamp().sizeBytes() >= Hints.MIN_CHUNK_BYTES) {
            rows += hint(source, unit, content, hints, out, sketches);
          }
        }
        sized.add(new Sized(unit.number(), contents.size(), bytes));
      }
      int part = TaskContext.getPartitionId();
      String key = rows == 0 ? "" : run.write("plan/hints", part, out);
      for (Sketch sketch : sketches) {
        sketched.add(sketch);
      }
      String sketchKey = sketches.isEmpty() ? "" : run.write("plan/sketches", part, sketched);
      long read = hints.bytesRead() + sketchBytes;
      return List.of(new Hinted(key, rows, sketchKey, read, sized)).iterator();
    }
  }

  private long hint(
      SourceTree source,
      Unit unit,
      PlannedContent content,
      Hints hints,
      JsonLines.Writer out,
      List<Sketch> sketches)
      throws IOException {
    List<Hints.Row> rows = new ArrayList<>();
    List<Sketch> found = List.of();
    try (SourceFile file = source.openUnfolded(content.content())) {
      FileLayout layout = file.layout(content.content().path());
      Unit.Stretch own = unit.stretch(file.size());
      for (Chunk chunk : Chunker.chunks(layout)) {
        if (own.holds(chunk.offsetBytes()) && chunk.lengthBytes() >= Hints.MIN_CHUNK_BYTES) {
          Hints.Hint hint = hints.read(file, chunk.offsetBytes(), chunk.lengthBytes());
          rows.add(
              new Hints.Row(
                  hint.high(),
                  hint.low(),
                  unit.number(),
                  content.slice(),
                  content.model(),
                  content.index(),
                  chunk.offsetBytes(),
                  chunk.lengthBytes()));
        }
      }
      if (context.delta()) {
        SketchReader reader = new SketchReader(file, content, layout);
        found = reader.read(unit.number(), own.fromBytes(), own.toBytes());
        sketchBytes += reader.bytesRead();
      }
    } catch (IOException e) {
      // The unit's own task meets the same fault and reports it for the model.
      rows.clear();
    }
    for (Hints.Row row : rows) {
      out.add(row);
    }
    sketches.addAll(found);
    return rows.size();
  }
}
