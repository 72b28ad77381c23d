package dev.zoopress.jobs.optimize;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.chunk.Chunker;
import dev.zoopress.codec.format.FileFormats;
import dev.zoopress.codec.format.FileLayout;
import dev.zoopress.codec.format.Segment;
import dev.zoopress.codec.manifest.Base;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.SegmentEntry;
import dev.zoopress.codec.pack.ChunkCache;
import dev.zoopress.codec.pack.StoredFile;
import dev.zoopress.codec.tensor.DType;
import dev.zoopress.jobs.delta.Place;
import dev.zoopress.jobs.delta.Sketch;
import dev.zoopress.jobs.delta.SketchReader;
import dev.zoopress.jobs.inspect.Published;
import dev.zoopress.jobs.plan.PlannedContent;
import dev.zoopress.jobs.publish.RepointTask.Models;
import dev.zoopress.jobs.source.Content;
import dev.zoopress.jobs.source.Stamp;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;

/** Reads what is published of some models: their chunks, and sketches of their tensors. */
final class Survey implements FlatMapFunction<Iterator<Models>, Survey.Found> {
  private static final long serialVersionUID = 1L;
  private static final long CACHE_BYTES = 32L << 20;

  private final StoreAccess access;

  Survey(StoreAccess access) {
    this.access = access;
  }

  /** One of the three; the others are null. */
  record Found(Seen seen, Sketch sketch, String warning) implements Serializable {}

  @Override
  public Iterator<Found> call(Iterator<Models> slices) throws IOException {
    List<Found> found = new ArrayList<>();
    try (ObjectStore store = access.open()) {
      Repository repository = Repository.open(store);
      ChunkCache cache = new ChunkCache(CACHE_BYTES);
      while (slices.hasNext()) {
        Models slice = slices.next();
        for (int i = 0; i < slice.names().size(); i++) {
          model(repository, cache, slice, i, found);
        }
      }
    }
    return found.iterator();
  }

  private static void model(
      Repository repository, ChunkCache cache, Models slice, int number, List<Found> found)
      throws IOException {
    String name = slice.names().get(number);
    List<FileEntry> files = new ArrayList<>();
    try {
      Published.of(repository, name).files(repository, files::add);
    } catch (CorruptContainerException | UnsupportedVersionException | ObjectNotFoundException e) {
      found.add(new Found(null, null, name + ": left as it is: " + e.getMessage()));
      return;
    }
    for (int i = 0; i < files.size(); i++) {
      FileEntry file = files.get(i);
      chunks(file, new Place(slice.slice(), number, i, 0), found);
      try (StoredFile stored = new StoredFile(file, repository.packs(), cache)) {
        FileLayout layout =
            file.isFolded() ? segments(file) : FileFormats.parse(file.path(), stored);
        Content content = new Content(file.path(), new Stamp(file.sizeBytes(), 0, ""), "");
        PlannedContent planned = new PlannedContent(slice.slice(), number, i, name, content);
        for (Sketch sketch : new SketchReader(stored, planned, layout).read(0, 0, Long.MAX_VALUE)) {
          found.add(new Found(null, sketch, null));
        }
      } catch (CorruptContainerException | ObjectNotFoundException e) {
        found.add(
            new Found(null, null, name + ": " + file.path() + " not planned: " + e.getMessage()));
      }
    }
  }

  /** What a folded file holds, as it was found when it was stored. */
  private static FileLayout segments(FileEntry file) {
    List<Segment> segments = new ArrayList<>();
    long at = 0;
    for (SegmentEntry s : file.segments()) {
      segments.add(new Segment(s.name(), s.dtype(), s.shape(), at, s.lengthBytes()));
      at += s.lengthBytes();
    }
    return new FileLayout(file.format(), segments, "");
  }

  private static void chunks(FileEntry file, Place start, List<Found> found) {
    long at = 0;
    for (SegmentEntry s : file.segments()) {
      long columns =
          s.lengthBytes() == 0
              ? 0
              : new Segment(s.name(), s.dtype(), s.shape(), at, s.lengthBytes()).columns();
      for (int i = 0; i < s.chunks().size(); i++) {
        long inside = (long) i * Chunker.CHUNK_BYTES;
        long first = columns == 0 ? 0 : inside * 8 / s.dtype().bits() % columns;
        Place place = new Place(start.slice(), start.model(), start.content(), at + inside);
        Seen seen = new Seen(s.chunks().get(i), place, s.dtype(), columns, first);
        found.add(new Found(seen, null, null));
        below(seen, found);
      }
      at += s.lengthBytes();
    }
  }

  /** What a chunk stands on is in use, whether a file still has it or not. */
  private static void below(Seen above, List<Found> found) {
    Base base = above.chunk().location().base();
    if (base == null) {
      return;
    }
    Place place = Seen.below(above.place());
    boolean alike =
        base.view().from() == above.dtype()
            && !base.view().isTransposed()
            && base.chunks().size() == 1
            && above.chunk().location().basePosition() == 0;
    for (ChunkEntry chunk : base.chunks()) {
      Seen seen =
          new Seen(
              chunk,
              place,
              base.view().from(),
              alike ? above.columns() : 0,
              alike ? above.first() : 0);
      found.add(new Found(seen, null, null));
      below(seen, found);
    }
    if (base.scales() != null) {
      Seen scales = new Seen(base.scales().chunk(), place, DType.OPAQUE, 0, 0);
      found.add(new Found(scales, null, null));
    }
  }
}
