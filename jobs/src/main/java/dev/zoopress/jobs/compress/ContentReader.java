package dev.zoopress.jobs.compress;

import dev.zoopress.codec.chunk.Chunk;
import dev.zoopress.codec.chunk.Chunker;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.jobs.compress.StageClock.Stage;
import dev.zoopress.jobs.source.SourceFile;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Reads a stretch of a file once, front to back, and hashes each slice for its chunk and for the
 * file while it is in the cache. Not thread-safe.
 */
final class ContentReader implements AutoCloseable {
  /** Fits into a core's cache together with what the digests need. */
  private static final int SLICE_BYTES = 1 << 18;

  /** Small chunks are read together, up to so many bytes. */
  private static final int BATCH_BYTES = 1 << 20;

  private static final Queue<byte[]> POOL = new ConcurrentLinkedQueue<>();

  private final byte[] buffer;
  private final MessageDigest chunkDigest = Digests.sha256();
  private final StageClock clock;
  private long bytesRead;

  /** Takes a chunk's bytes, which stay valid during the call only. */
  @FunctionalInterface
  interface ChunkSink {
    void chunk(Chunk chunk, ChunkId id, byte[] bytes, int offset) throws IOException;
  }

  /** Reading the source failed: the model's fault, not the machinery's. */
  static final class SourceFailure extends IOException {
    private static final long serialVersionUID = 1L;

    SourceFailure(IOException cause) {
      super(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
    }
  }

  ContentReader(StageClock clock) {
    this.clock = clock;
    byte[] pooled = POOL.poll();
    buffer = pooled == null ? new byte[Chunker.CHUNK_BYTES] : pooled;
  }

  long bytesRead() {
    return bytesRead;
  }

  /**
   * Reads {@code chunks}, which come in file order.
   *
   * @param digests digests of the whole file, may be none
   */
  void read(SourceFile file, Iterator<Chunk> chunks, List<MessageDigest> digests, ChunkSink sink)
      throws IOException {
    List<Chunk> batch = new ArrayList<>();
    int batchBytes = 0;
    while (chunks.hasNext()) {
      Chunk chunk = chunks.next();
      boolean gap =
          !batch.isEmpty() && batch.get(0).offsetBytes() + batchBytes != chunk.offsetBytes();
      if (gap || batchBytes + chunk.lengthBytes() > BATCH_BYTES) {
        flush(file, batch, batchBytes, digests, sink);
        batchBytes = 0;
      }
      if (chunk.lengthBytes() > BATCH_BYTES) {
        fill(file, chunk.offsetBytes(), chunk.lengthBytes(), digests, chunkDigest);
        sink.chunk(chunk, ChunkId.of(chunkDigest.digest()), buffer, 0);
      } else {
        batch.add(chunk);
        batchBytes += chunk.lengthBytes();
      }
    }
    flush(file, batch, batchBytes, digests, sink);
  }

  private void flush(
      SourceFile file,
      List<Chunk> batch,
      int batchBytes,
      List<MessageDigest> digests,
      ChunkSink sink)
      throws IOException {
    if (batch.isEmpty()) {
      return;
    }
    fill(file, batch.get(0).offsetBytes(), batchBytes, digests, null);
    int at = 0;
    for (Chunk chunk : batch) {
      long start = System.nanoTime();
      Digests.update(chunkDigest, buffer, at, chunk.lengthBytes());
      ChunkId id = ChunkId.of(chunkDigest.digest());
      clock.lap(Stage.HASH, start);
      sink.chunk(chunk, id, buffer, at);
      at += chunk.lengthBytes();
    }
    batch.clear();
  }

  private void fill(
      SourceFile file, long position, int length, List<MessageDigest> digests, MessageDigest chunk)
      throws IOException {
    long now = System.nanoTime();
    for (int at = 0; at < length; at += SLICE_BYTES) {
      int slice = Math.min(SLICE_BYTES, length - at);
      try {
        file.readFully(position + at, buffer, at, slice);
      } catch (IOException e) {
        throw new SourceFailure(e);
      }
      now = clock.lap(Stage.READ, now);
      if (chunk != null) {
        Digests.update(chunk, buffer, at, slice);
      }
      for (MessageDigest digest : digests) {
        Digests.update(digest, buffer, at, slice);
      }
      now = clock.lap(Stage.HASH, now);
    }
    bytesRead += length;
  }

  /** Hashes the whole file. */
  void hash(SourceFile file, List<MessageDigest> digests) throws IOException {
    for (long at = 0; at < file.size(); at += SLICE_BYTES) {
      fill(file, at, (int) Math.min(SLICE_BYTES, file.size() - at), digests, null);
    }
  }

  @Override
  public void close() {
    POOL.add(buffer);
  }
}
