package dev.zoopress.jobs.reconcile;

import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.jobs.compress.UnitRecord.ContentResult;
import dev.zoopress.jobs.compress.UnitRecord.Line;
import dev.zoopress.jobs.compress.UnitRecord.SegmentPart;
import dev.zoopress.jobs.compress.UnitRecord.StoredChunk;
import dev.zoopress.jobs.plan.Leaders.Follower;
import dev.zoopress.jobs.plan.RunContext;
import dev.zoopress.jobs.plan.RunFolder;
import dev.zoopress.jobs.store.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.api.java.function.FlatMapFunction;
import scala.Tuple2;

/** Reads unit records: one row per chunk and unit, stored there or only referred to. */
public final class UnitRows implements FlatMapFunction<Iterator<Tuple2<Integer, String>>, Mention> {
  private static final long serialVersionUID = 1L;

  private final RunContext context;

  public UnitRows(RunContext context) {
    this.context = context;
  }

  @Override
  public Iterator<Mention> call(Iterator<Tuple2<Integer, String>> records) throws IOException {
    List<Mention> rows = new ArrayList<>();
    try (ObjectStore store = context.openStore()) {
      RunFolder run = new RunFolder(store, context.runId());
      while (records.hasNext()) {
        Tuple2<Integer, String> record = records.next();
        read(record._1(), record._2(), run, rows);
      }
    }
    return rows.iterator();
  }

  private record Place(ContentResult content, long offset) {}

  private static void read(int unit, String key, RunFolder run, List<Mention> rows)
      throws IOException {
    Set<ChunkId> stored = new HashSet<>();
    Map<ChunkId, Place> wanted = new HashMap<>();
    run.read(
        key,
        Line.class,
        line -> {
          if (line.chunk() != null) {
            stored.add(ChunkId.parse(line.chunk().id()));
            rows.add(row(unit, line.chunk()));
          } else if (line.content() != null && line.content().error().isEmpty()) {
            for (SegmentPart part : line.content().segments()) {
              for (int i = 0; i < part.chunkCount(); i++) {
                wanted.putIfAbsent(part.chunkId(i), new Place(line.content(), part.chunkOffset(i)));
              }
            }
          }
        });
    wanted.keySet().removeAll(stored);
    wanted.forEach((id, place) -> rows.add(row(unit, id, place)));
  }

  private static Mention row(int unit, StoredChunk chunk) {
    Mention.At at =
        new Mention.At(
            chunk.pack(),
            chunk.frameOffset(),
            chunk.frameStoredBytes(),
            chunk.frameRawBytes(),
            chunk.offsetInFrame(),
            chunk.base(),
            chunk.basePosition());
    return new Mention(ChunkId.parse(chunk.id()), unit, at, null);
  }

  private static Mention row(int unit, ChunkId id, Place place) {
    ContentResult content = place.content();
    return new Mention(
        id,
        unit,
        null,
        new Follower(content.slice(), content.model(), content.index(), place.offset()));
  }
}
