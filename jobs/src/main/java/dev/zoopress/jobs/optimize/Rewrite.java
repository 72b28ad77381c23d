package dev.zoopress.jobs.optimize;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.Effort;
import dev.zoopress.codec.chunk.Chunker;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.manifest.Base;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.pack.ChunkCache;
import dev.zoopress.codec.pack.FrameChunk;
import dev.zoopress.codec.pack.FrameSource;
import dev.zoopress.codec.pack.PackFrame;
import dev.zoopress.jobs.compress.PackSpool;
import dev.zoopress.jobs.compress.StageClock;
import dev.zoopress.jobs.compress.UnitRecord;
import dev.zoopress.jobs.delta.BaseText;
import dev.zoopress.jobs.plan.Hints;
import dev.zoopress.jobs.publish.Moved;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Run;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.IOException;
import java.io.Serializable;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.util.LongAccumulator;
import scala.Tuple2;

/**
 * Encodes the chunks of one unit anew, from the store. Each is decoded, its id checked, and what
 * comes of it is decoded again before its pack is put. A chunk that cannot be read stays where it
 * is. What is stored depends on the chunks alone, so a repetition stores the same.
 */
final class Rewrite
    implements FlatMapFunction<Iterator<Tuple2<Integer, Iterable<Recipe>>>, Rewrite.Row> {
  private static final long serialVersionUID = 1L;
  private static final long CACHE_BYTES = 8L << 20;

  private final StoreAccess access;
  private final String runId;
  private final Effort effort;
  private final LongAccumulator done;

  Rewrite(StoreAccess access, String runId, Effort effort, LongAccumulator done) {
    this.access = access;
    this.runId = runId;
    this.effort = effort;
    this.done = done;
  }

  /** A chunk at its new place with what it stands on at the old ones, or a pack that was put. */
  record Row(Moved moved, UnitRecord.PackRow pack) implements Serializable {}

  private record Stands(Base base, long position, Hints.Hint hint) {}

  @Override
  public Iterator<Row> call(Iterator<Tuple2<Integer, Iterable<Recipe>>> units) throws IOException {
    List<Row> rows = new ArrayList<>();
    if (!units.hasNext()) {
      return rows.iterator();
    }
    try (ObjectStore store = access.open();
        FrameSource frames =
            new FrameSource(Repository.open(store).packs(), new ChunkCache(CACHE_BYTES))) {
      while (units.hasNext()) {
        List<Recipe> recipes = new ArrayList<>();
        units.next()._2().forEach(recipes::add);
        recipes.sort(
            Comparator.comparing((Recipe r) -> r.held().first().place())
                .thenComparing(r -> r.held().id()));
        unit(Repository.open(store), frames, recipes, rows);
      }
    }
    return rows.iterator();
  }

  private void unit(Repository repository, FrameSource frames, List<Recipe> recipes, List<Row> rows)
      throws IOException {
    Map<ChunkId, Stands> stands = new HashMap<>();
    byte[] bytes = new byte[Chunker.CHUNK_BYTES];
    byte[] predicted = new byte[Chunker.CHUNK_BYTES];
    Hints hints = new Hints();
    try (PackSpool spool =
        new PackSpool(
            repository,
            Run.of(repository, runId),
            effort,
            new StageClock(),
            (pack, frame, chunk) ->
                rows.add(new Row(moved(pack, frame, chunk, stands.get(chunk.id())), null)))) {
      for (Recipe recipe : recipes) {
        Held held = recipe.held();
        int length = held.length();
        Base base = BaseText.read(recipe.base());
        if (!read(frames, held, bytes)) {
          continue;
        }
        if (base != null && !read(frames, base, recipe.position(), length, predicted)) {
          base = null;
        }
        Hints.Hint hint =
            length >= Hints.MIN_CHUNK_BYTES ? hints.of(bytes, 0, length) : new Hints.Hint(0, 0);
        stands.put(held.id(), new Stands(base, recipe.position(), hint));
        if (base == null) {
          spool.add(held.id(), bytes, 0, length, held.shape());
        } else {
          List<ChunkId> ids = base.chunks().stream().map(ChunkEntry::id).toList();
          spool.add(held.id(), bytes, 0, length, held.shape(), predicted, ids);
          spool.cut();
        }
        done.add(length);
      }
      spool.finish();
      spool.packs().forEach(p -> rows.add(new Row(null, p)));
    }
  }

  /** Reads the chunk from the first of its places that gives its bytes. */
  private static boolean read(FrameSource frames, Held held, byte[] target) throws IOException {
    for (ChunkLocation at : held.places()) {
      try {
        frames.read(new ChunkEntry(held.id(), held.length(), at), 0, held.length(), target, 0);
        MessageDigest digest = Digests.sha256();
        digest.update(target, 0, held.length());
        if (ChunkId.of(digest.digest()).equals(held.id())) {
          return true;
        }
      } catch (CorruptContainerException | ObjectNotFoundException e) {
        // Another place may be sound; verify tells about this one.
      }
    }
    return false;
  }

  private static boolean read(
      FrameSource frames, Base base, long position, int length, byte[] target) throws IOException {
    try {
      frames.read(base, position, length, target, 0);
      return true;
    } catch (CorruptContainerException | ObjectNotFoundException e) {
      return false;
    }
  }

  private static Moved moved(String pack, PackFrame frame, FrameChunk chunk, Stands stands) {
    ChunkLocation at =
        new ChunkLocation(
            pack,
            frame.offsetBytes(),
            frame.storedBytes(),
            frame.rawBytes(),
            chunk.offsetInFrame());
    if (!frame.bases().isEmpty()) {
      at = at.standingOn(stands.base(), stands.position());
    }
    return new Moved(
        chunk.id(), chunk.lengthBytes(), at, true, stands.hint().high(), stands.hint().low());
  }
}
