package dev.zoopress.jobs.compress;

import dev.zoopress.codec.chunk.Chunk;
import dev.zoopress.codec.chunk.Chunker;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.jobs.compress.StageClock.Stage;
import dev.zoopress.jobs.source.SourceFile;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Reads a stretch of a file once, front to back, and hashes each slice for its chunk and for the
 * file while it is in the cache. Of a file that is longer than a buffer the next chunk is read
 * while the caller works on the last: another machine's latency costs nothing, and the last task of
 * a run keeps two cores busy. Not thread-safe.
 */
final class ContentReader implements AutoCloseable {
  /** Fits into a core's cache together with what the digests need. */
  private static final int SLICE_BYTES = 1 << 18;

  /** Small chunks are read together, up to so many bytes. */
  private static final int BATCH_BYTES = 1 << 20;

  private static final Queue<byte[]> POOL = new ConcurrentLinkedQueue<>();

  private final List<byte[]> buffers = new ArrayList<>();
  private final MessageDigest chunkDigest = Digests.sha256();
  private final StageClock clock;
  private ExecutorService ahead;
  private long bytesRead;

  /** Chunks that lie behind each other in a buffer, with their ids. */
  private record Stretch(List<Chunk> chunks, List<ChunkId> ids, int lengthBytes, byte[] buffer) {}

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
  }

  private byte[] buffer(int index) {
    if (index == buffers.size()) {
      byte[] pooled = POOL.poll();
      buffers.add(pooled == null ? new byte[Chunker.CHUNK_BYTES] : pooled);
    }
    return buffers.get(index);
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
    Cuts cuts = new Cuts(chunks);
    if (file.size() <= Chunker.CHUNK_BYTES) {
      for (List<Chunk> cut = cuts.next(); !cut.isEmpty(); cut = cuts.next()) {
        pass(stretch(file, cut, digests, buffer(0)), sink);
      }
      return;
    }
    Future<Stretch> next = ahead(file, cuts, digests, buffer(0));
    try {
      for (int turn = 1; ; turn = 1 - turn) {
        Stretch stretch = await(next);
        if (stretch.chunks().isEmpty()) {
          return;
        }
        next = ahead(file, cuts, digests, buffer(turn));
        pass(stretch, sink);
      }
    } finally {
      // The file and the buffers are its until it ends.
      settle(next);
    }
  }

  private Future<Stretch> ahead(
      SourceFile file, Cuts cuts, List<MessageDigest> digests, byte[] buffer) {
    if (ahead == null) {
      ahead = Executors.newSingleThreadExecutor(ContentReader::daemon);
    }
    return ahead.submit(() -> stretch(file, cuts.next(), digests, buffer));
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "zoopress-read-ahead");
    thread.setDaemon(true);
    return thread;
  }

  private static Stretch await(Future<Stretch> next) throws IOException {
    try {
      return next.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SourceFailure failure) {
        throw new SourceFailure(failure);
      }
      if (e.getCause() instanceof RuntimeException fault) {
        throw fault;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private static void settle(Future<Stretch> next) {
    boolean interrupted = false;
    while (!next.isDone()) {
      try {
        next.get();
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        // Whoever waited for it was told.
        break;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void pass(Stretch stretch, ChunkSink sink) throws IOException {
    bytesRead += stretch.lengthBytes();
    int at = 0;
    for (int i = 0; i < stretch.chunks().size(); i++) {
      Chunk chunk = stretch.chunks().get(i);
      sink.chunk(chunk, stretch.ids().get(i), stretch.buffer(), at);
      at += chunk.lengthBytes();
    }
  }

  private Stretch stretch(
      SourceFile file, List<Chunk> chunks, List<MessageDigest> digests, byte[] buffer)
      throws IOException {
    List<ChunkId> ids = new ArrayList<>();
    if (chunks.isEmpty()) {
      return new Stretch(chunks, ids, 0, buffer);
    }
    int length = chunks.stream().mapToInt(Chunk::lengthBytes).sum();
    // A file that could not be read leaves half a chunk in it.
    chunkDigest.reset();
    if (chunks.size() == 1) {
      fill(file, chunks.get(0).offsetBytes(), length, digests, chunkDigest, buffer);
      ids.add(ChunkId.of(chunkDigest.digest()));
      return new Stretch(chunks, ids, length, buffer);
    }
    fill(file, chunks.get(0).offsetBytes(), length, digests, null, buffer);
    long start = System.nanoTime();
    int at = 0;
    for (Chunk chunk : chunks) {
      Digests.update(chunkDigest, buffer, at, chunk.lengthBytes());
      ids.add(ChunkId.of(chunkDigest.digest()));
      at += chunk.lengthBytes();
    }
    clock.lap(Stage.HASH, start);
    return new Stretch(chunks, ids, length, buffer);
  }

  private void fill(
      SourceFile file,
      long position,
      int length,
      List<MessageDigest> digests,
      MessageDigest chunk,
      byte[] buffer)
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
  }

  /** Hashes the whole file. */
  void hash(SourceFile file, List<MessageDigest> digests) throws IOException {
    for (long at = 0; at < file.size(); at += SLICE_BYTES) {
      int slice = (int) Math.min(SLICE_BYTES, file.size() - at);
      fill(file, at, slice, digests, null, buffer(0));
      bytesRead += slice;
    }
  }

  @Override
  public void close() {
    if (ahead != null) {
      ahead.shutdown();
    }
    POOL.addAll(buffers);
    buffers.clear();
  }

  /** Chunks to be read at once: a large one alone, small neighbours together. */
  private static final class Cuts {
    private final Iterator<Chunk> chunks;
    private Chunk first;

    Cuts(Iterator<Chunk> chunks) {
      this.chunks = chunks;
      this.first = chunks.hasNext() ? chunks.next() : null;
    }

    /** The next ones; empty at the end. */
    List<Chunk> next() {
      List<Chunk> cut = new ArrayList<>();
      long from = first == null ? 0 : first.offsetBytes();
      int length = 0;
      while (first != null
          && (cut.isEmpty()
              || (first.offsetBytes() == from + length
                  && length + first.lengthBytes() <= BATCH_BYTES))) {
        cut.add(first);
        length += first.lengthBytes();
        first = chunks.hasNext() ? chunks.next() : null;
      }
      return cut;
    }
  }
}
