package dev.zoopress.jobs.serve;

import dev.zoopress.codec.pack.FrameSource;
import java.time.Duration;

/**
 * What a server may use.
 *
 * @param workers requests answered at a time; further ones wait
 * @param cacheBytes decoded bytes kept for small ranges
 * @param aheadBytes decoded bytes of long transfers: read ahead, shared, being sent
 * @param decoders threads that decode
 * @param stall how long a client may take nothing before its connection is closed
 * @param fresh how long a name is taken to mean what it meant when it was looked up
 */
public record Limits(
    int workers, long cacheBytes, long aheadBytes, int decoders, Duration stall, Duration fresh) {
  /** Chunks of all manifests kept, and what one takes. */
  static final int MANIFEST_CHUNKS = 400_000;

  private static final int CHUNK_BYTES = 256;

  /** A connection's buffers outside the heap, and what a request's objects take. */
  private static final long REQUEST_BYTES = 256 << 10;

  public Limits {
    if (workers < 1 || decoders < 1 || cacheBytes < 0 || aheadBytes < 0) {
      throw new IllegalArgumentException("limits of nothing");
    }
  }

  /** For a machine of so many cores and a heap of so many bytes. */
  public static Limits of(int cores, long heapBytes) {
    return new Limits(
        128,
        Math.min(256L << 20, heapBytes / 4),
        Math.min(128L << 20, heapBytes / 8),
        Math.max(4, cores),
        Duration.ofSeconds(60),
        Duration.ofSeconds(2));
  }

  /** These with other workers and bytes. */
  public Limits with(int workers, long cacheBytes, long aheadBytes) {
    return new Limits(workers, cacheBytes, aheadBytes, decoders, stall, fresh);
  }

  /** What all of it takes at most, whatever clients do. */
  public long boundBytes() {
    return cacheBytes
        + aheadBytes
        + workers * (Transfer.SLICE_BYTES + REQUEST_BYTES)
        + decoders * FrameSource.MAX_READER_BYTES
        + (long) MANIFEST_CHUNKS * CHUNK_BYTES;
  }
}
