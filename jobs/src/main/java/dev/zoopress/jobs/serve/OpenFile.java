package dev.zoopress.jobs.serve;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.pack.ChunkCache;
import dev.zoopress.codec.pack.PackSource;
import dev.zoopress.codec.pack.StoredFile;
import dev.zoopress.codec.zipnn.FoldedSource;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import java.io.Closeable;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;

/**
 * One file for one transfer, read by several threads: each has packs of its own, since a store's
 * stream serves one reader at a time. Where a pack is gone because {@code optimize} moved what it
 * held, the file is looked up again and read from its new places. Thread-safe.
 */
final class OpenFile implements Closeable {
  /** Finds where the same file lies now. */
  interface Lookup {
    FileEntry now() throws IOException;
  }

  private final PackSource packs;
  private final ChunkCache cache;
  private final Lookup lookup;
  private final Queue<StoredFile> idle = new ConcurrentLinkedQueue<>();
  private volatile FileEntry file;
  private volatile boolean closed;

  OpenFile(FileEntry file, PackSource packs, ChunkCache cache, Lookup lookup) {
    this.file = file;
    this.packs = packs;
    this.cache = cache;
    this.lookup = lookup;
  }

  FileEntry entry() {
    return file;
  }

  /** Where to cut it into pieces; see {@link StoredFile#cuts}. */
  long[] cuts(int mostBytes) throws IOException {
    if (file.isFolded()) {
      long size = file.sizeBytes();
      int count = (int) ((size + mostBytes - 1) / mostBytes);
      return LongStream.rangeClosed(1, count).map(i -> Math.min(size, i * mostBytes)).toArray();
    }
    StoredFile stored = take();
    long[] cuts = stored.cuts(mostBytes);
    giveBack(stored);
    return cuts;
  }

  /** Reads from the cache alone; false where it lacks a part. */
  boolean readCached(long position, byte[] target, int length) throws IOException {
    if (file.isFolded()) {
      return false;
    }
    StoredFile stored = take();
    boolean whole = stored.readCached(position, target, 0, length);
    giveBack(stored);
    return whole;
  }

  /** Fills {@code target[0, length)}. */
  void read(long position, byte[] target, int length) throws IOException {
    FileEntry tried = file;
    try {
      readOnce(position, target, length);
    } catch (ObjectNotFoundException e) {
      FileEntry now = lookup.now();
      if (now == null || !now.sha256().equals(tried.sha256())) {
        throw e;
      }
      file = now;
      closeIdle();
      readOnce(position, target, length);
    }
  }

  private void readOnce(long position, byte[] target, int length) throws IOException {
    StoredFile stored = take();
    boolean read = false;
    try {
      FileEntry entry = stored.entry();
      // A folded file's content stays open; what is made of it needs no closing.
      ByteSource bytes =
          entry.isFolded() ? new FoldedSource(entry.path(), entry.sizeBytes(), stored) : stored;
      bytes.readFully(position, target, 0, length);
      read = true;
    } finally {
      if (read) {
        giveBack(stored);
      } else {
        stored.close();
      }
    }
  }

  private StoredFile take() {
    StoredFile known = idle.poll();
    return known != null ? known : new StoredFile(file, packs, cache);
  }

  private void giveBack(StoredFile stored) throws IOException {
    if (stored.entry() != file) {
      stored.close();
      return;
    }
    idle.add(stored);
    if (closed) {
      closeIdle();
    }
  }

  private void closeIdle() throws IOException {
    for (StoredFile stored = idle.poll(); stored != null; stored = idle.poll()) {
      stored.close();
    }
  }

  /** Closes the packs, those in use as soon as their read ends. */
  @Override
  public void close() throws IOException {
    closed = true;
    closeIdle();
  }
}
