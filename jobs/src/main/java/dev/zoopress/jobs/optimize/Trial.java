package dev.zoopress.jobs.optimize;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.Effort;
import dev.zoopress.codec.frame.FrameEncoder;
import dev.zoopress.codec.frame.FrameShape;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.pack.ChunkCache;
import dev.zoopress.codec.pack.FrameSource;
import dev.zoopress.jobs.delta.BaseText;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoreAccess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import scala.Tuple2;

/** Encodes a piece of each chunk on its base, and passes on the offers that pay. */
final class Trial implements PairFlatMapFunction<Iterator<Offer>, ChunkId, Offer> {
  private static final long serialVersionUID = 1L;
  private static final long CACHE_BYTES = 32L << 20;

  /** Whole elements of any type and whole blocks of any rule. */
  private static final int PIECE_BYTES = 34 * 18 * 32 * 16;

  private final StoreAccess access;
  private final Effort effort;

  Trial(StoreAccess access, Effort effort) {
    this.access = access;
    this.effort = effort;
  }

  @Override
  public Iterator<Tuple2<ChunkId, Offer>> call(Iterator<Offer> offers) throws IOException {
    List<Offer> sorted = new ArrayList<>();
    offers.forEachRemaining(sorted::add);
    sorted.sort(Comparator.comparing(o -> o.held().first().place()));
    List<Tuple2<ChunkId, Offer>> paying = new ArrayList<>();
    if (sorted.isEmpty()) {
      return paying.iterator();
    }
    byte[] raw = new byte[PIECE_BYTES];
    byte[] predicted = new byte[PIECE_BYTES];
    byte[] encoded = new byte[FrameEncoder.maxEncodedLength(PIECE_BYTES)];
    try (ObjectStore store = access.open();
        FrameEncoder encoder = new FrameEncoder(effort);
        FrameSource frames =
            new FrameSource(Repository.open(store).packs(), new ChunkCache(CACHE_BYTES))) {
      for (Offer offer : sorted) {
        Held held = offer.held();
        int length = Math.min(PIECE_BYTES, held.length());
        int from = (held.length() - length) / 2 / PIECE_BYTES * PIECE_BYTES;
        try {
          ChunkEntry chunk = held.at(p -> true);
          frames.read(chunk, from, length, raw, 0);
          frames.read(BaseText.read(offer.base()), offer.position() + from, length, predicted, 0);
        } catch (CorruptContainerException | ObjectNotFoundException e) {
          continue;
        }
        FrameShape shape = shape(held.shape(), from);
        int stored = encoder.encode(raw, 0, length, shape, predicted, 0, encoded, 0);
        Offer tried = offer.with((double) stored / length * held.length());
        if (tried.pays()) {
          paying.add(new Tuple2<>(held.id(), tried));
        }
      }
    }
    return paying.iterator();
  }

  private static FrameShape shape(FrameShape whole, int from) {
    long columns = whole.columns();
    long first =
        columns == 0 ? 0 : (whole.firstColumn() + from * 8L / whole.dtype().bits()) % columns;
    return new FrameShape(whole.dtype(), columns, first);
  }
}
