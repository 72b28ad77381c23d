package dev.zoopress.jobs.compress;

import dev.zoopress.codec.Effort;
import dev.zoopress.codec.chunk.Chunker;
import dev.zoopress.codec.frame.FrameEncoder;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;

/** What the tasks of one executor hold in buffers at most, and whether there is room for it. */
public final class MemoryBound {
  /** Shared frames, spool buffer and the coders' scratch, measured and rounded up. */
  private static final Map<Effort, Long> SCRATCH =
      new EnumMap<>(Map.of(Effort.FAST, 48L << 20, Effort.BEST, 96L << 20));

  /**
   * More for differences: the predicted bytes, a second encoding to compare with, and what {@link
   * dev.zoopress.codec.pack.FrameSource} holds for two decodes below a frame.
   */
  private static final long DELTA_BYTES = 128L << 20;

  /** Share of the heap that buffers may take: the rest is Spark's and the garbage collector's. */
  private static final double SHARE = 0.75;

  private MemoryBound() {}

  /** Bytes of one task: two source buffers, encode buffer, decoded block, scratch. */
  static long taskBytes(Effort effort, boolean delta) {
    return 3L * Chunker.CHUNK_BYTES
        + FrameEncoder.maxEncodedLength(Chunker.CHUNK_BYTES)
        + SCRATCH.get(effort)
        + (delta ? DELTA_BYTES + UnitTask.BASE_CACHE_BYTES : 0);
  }

  /**
   * The bound of one executor.
   *
   * @throws IOException if it does not fit; the message says what to set
   */
  public static long check(JavaSparkContext sc, Effort effort, boolean delta) throws IOException {
    boolean local = sc.sc().isLocal();
    int cores = local ? sc.defaultParallelism() : sc.getConf().getInt("spark.executor.cores", 1);
    long heap =
        local
            ? Runtime.getRuntime().maxMemory()
            : sc.getConf().getSizeAsBytes("spark.executor.memory", "1g");
    long bound = cores * taskBytes(effort, delta);
    if (bound > heap * SHARE) {
      throw new IOException(
          "%d cores need %d MiB for buffers, more than 3/4 of the heap of %d MiB: use fewer cores, a larger heap, or --delta off"
              .formatted(cores, bound >> 20, heap >> 20));
    }
    return bound;
  }
}
