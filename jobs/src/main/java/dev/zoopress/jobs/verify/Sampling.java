package dev.zoopress.jobs.verify;

import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.SegmentEntry;
import dev.zoopress.jobs.plan.JsonLines;
import dev.zoopress.jobs.restore.Ticker;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoreAccess;
import dev.zoopress.jobs.verify.VerifyResult.Sample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * Decodes the chunks whose frames lie in a stretch of the {@link Ring}. With a limit of time the
 * stretch is gone through in steps, and where it ended is kept for the next call.
 */
final class Sampling {
  /** Where the last call with a limit ended. */
  static final String STATE = "index/scrub/state.jsonl.zst";

  private static final int STEPS = 16;
  private static final int MAX_STATE_BYTES = 1 << 16;
  private static final Comparator<ChunkEntry> ORDER =
      Comparator.comparing((ChunkEntry c) -> c.location().pack())
          .thenComparingLong(c -> c.location().frameOffset())
          .thenComparingInt(c -> c.location().offsetInFrame());

  private final JavaRDD<String> manifests;
  private final StoreAccess access;
  private final Ticker.Counters counters;
  private final int partitions;
  private Tally tally = new Tally();

  private record State(double position) {}

  Sampling(
      JavaRDD<String> manifests, StoreAccess access, Ticker.Counters counters, int partitions) {
    this.manifests = manifests;
    this.access = access;
    this.counters = counters;
    this.partitions = partitions;
  }

  Tally tally() {
    return tally;
  }

  /** The same chunks every time. */
  Sample fixed(double share) {
    decode(new Ring(0, share));
    return new Sample(0, share, true);
  }

  /** Goes on where the last call ended, until {@code inTime} says no. */
  Sample resumed(ObjectStore store, double share, BooleanSupplier inTime) throws IOException {
    double start = position(store);
    Ring ring = new Ring(start, share);
    int step = 0;
    while (step < STEPS && (step == 0 || inTime.getAsBoolean())) {
      decode(ring.part(step, STEPS));
      step++;
      double at = new Ring(start, share * step / STEPS).to();
      try (JsonLines.Writer lines = new JsonLines.Writer()) {
        lines.add(new State(at));
        store.put(STATE, lines.bytes());
      }
    }
    return new Sample(start, new Ring(start, share * step / STEPS).to(), step == STEPS);
  }

  /** A state that cannot be read is damage that is reported elsewhere; the ring starts again. */
  private static double position(ObjectStore store) throws IOException {
    double[] position = {0};
    try {
      JsonLines.read(store, STATE, MAX_STATE_BYTES, State.class, s -> position[0] = s.position());
    } catch (ObjectNotFoundException | dev.zoopress.codec.CorruptContainerException e) {
      return 0;
    }
    return position[0] >= 0 && position[0] < 1 ? position[0] : 0;
  }

  private void decode(Ring ring) {
    StoreAccess open = access;
    Ticker.Counters seen = counters;
    JavaRDD<ChunkEntry> chosen =
        manifests.mapPartitions(own -> chosen(open, ring, own)).distinct(partitions);
    List<Tally> found =
        chosen
            .mapToPair(c -> new Tuple2<>(c.location().pack() + c.location().frameOffset(), c))
            .partitionBy(new org.apache.spark.HashPartitioner(partitions))
            .map(Tuple2::_2)
            .mapPartitions(own -> check(open, seen, own))
            .collect();
    found.forEach(t -> tally = tally.plus(t));
  }

  private static Iterator<ChunkEntry> chosen(
      StoreAccess access, Ring ring, Iterator<String> manifests) throws IOException {
    List<ChunkEntry> chunks = new ArrayList<>();
    try (ObjectStore store = access.open()) {
      Repository repository = Repository.unchecked(store);
      while (manifests.hasNext()) {
        try {
          for (FileEntry file : repository.manifest(manifests.next()).files()) {
            for (SegmentEntry segment : file.segments()) {
              segment.chunks().stream()
                  .filter(c -> ring.contains(c.location()))
                  .forEach(chunks::add);
            }
          }
        } catch (IOException e) {
          continue; // Reported where manifests are read.
        }
      }
    }
    return chunks.iterator();
  }

  private static Iterator<Tally> check(
      StoreAccess access, Ticker.Counters counters, Iterator<ChunkEntry> chunks)
      throws IOException {
    List<ChunkEntry> own = new ArrayList<>();
    chunks.forEachRemaining(own::add);
    own.sort(ORDER);
    Tally tally = new Tally();
    try (ObjectStore store = access.open()) {
      ChunkCheck check = new ChunkCheck(Repository.unchecked(store), tally);
      for (ChunkEntry chunk : own) {
        check.chunk(chunk);
        counters.add(chunk.lengthBytes(), 0);
      }
    }
    return List.of(tally).iterator();
  }
}
