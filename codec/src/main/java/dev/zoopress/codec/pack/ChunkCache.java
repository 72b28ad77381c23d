package dev.zoopress.codec.pack;

import dev.zoopress.codec.frame.FrameDecoder;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Decoded stretches of frames, the least recently used dropped first, and the decoders that made
 * them. Thread-safe; meant to be shared by all files that are read at the same time.
 */
public final class ChunkCache {
  /**
   * Frames are cached in windows of this many raw bytes, so that a small range does not decode a
   * large frame.
   */
  static final int WINDOW_BYTES = 1 << 20;

  private final long maxBytes;
  private final LinkedHashMap<Key, byte[]> windows = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Key, CompletableFuture<byte[]>> making = new ConcurrentHashMap<>();
  private final Queue<PooledDecoder> decoders = new ConcurrentLinkedQueue<>();
  private long bytes;
  private long hits;
  private long misses;

  /** A cache of at most {@code maxBytes} of decoded bytes; 0 caches nothing. */
  public ChunkCache(long maxBytes) {
    if (maxBytes < 0) {
      throw new IllegalArgumentException("cache of " + maxBytes + " bytes");
    }
    this.maxBytes = maxBytes;
  }

  record Key(String pack, long frameOffset, int window) {}

  /** Decodes a window that is not in the cache. */
  interface Maker {
    byte[] make() throws IOException;
  }

  synchronized byte[] find(Key key) {
    byte[] window = windows.get(key);
    if (window == null) {
      misses++;
    } else {
      hits++;
    }
    return window;
  }

  /** As {@link #find}, for a look that may come to nothing: only what is found is counted. */
  synchronized byte[] peek(Key key) {
    byte[] window = windows.get(key);
    if (window != null) {
      hits++;
    }
    return window;
  }

  /**
   * The window, made by one of the threads that want it while the others wait. {@code maker} must
   * not come back here: two frames that claim to stand on each other would wait for ever.
   */
  byte[] find(Key key, Maker maker) throws IOException {
    CompletableFuture<byte[]> mine = new CompletableFuture<>();
    while (true) {
      byte[] window = find(key);
      CompletableFuture<byte[]> theirs = window == null ? making.putIfAbsent(key, mine) : null;
      if (window == null && theirs != null) {
        window = theirs.join();
      } else if (window == null) {
        break;
      }
      if (window != null) {
        return window;
      }
      // Whoever made it failed: its error is its own, this thread finds out for itself.
    }
    byte[] made = null;
    try {
      made = maker.make();
      keep(key, made);
      return made;
    } finally {
      making.remove(key);
      mine.complete(made);
    }
  }

  synchronized void keep(Key key, byte[] window) {
    if (window.length > maxBytes || windows.put(key, window) != null) {
      return;
    }
    bytes += window.length;
    var oldest = windows.entrySet().iterator();
    while (bytes > maxBytes) {
      Map.Entry<Key, byte[]> entry = oldest.next();
      bytes -= entry.getValue().length;
      oldest.remove();
    }
  }

  /** Decoded bytes held now. */
  public synchronized long bytes() {
    return bytes;
  }

  public synchronized long hits() {
    return hits;
  }

  public synchronized long misses() {
    return misses;
  }

  /** Runs {@code use} with a decoder that nobody else has meanwhile. */
  void decoding(DecoderUse use) throws IOException {
    PooledDecoder pooled = decoders.poll();
    if (pooled == null) {
      pooled = new PooledDecoder();
    }
    try {
      use.with(pooled);
    } finally {
      decoders.add(pooled);
    }
  }

  interface DecoderUse {
    void with(PooledDecoder decoder) throws IOException;
  }

  /**
   * A decoder and buffers for the frame's stored bytes and for a view; as many live as decodes ever
   * went on at once, those below frames included.
   */
  static final class PooledDecoder {
    final FrameDecoder decoder = new FrameDecoder();
    private byte[] stored = new byte[0];
    private byte[] step = new byte[0];

    /** For a stretch of a base that is looked at through a view. */
    byte[] step(int length) {
      if (step.length < length) {
        step = new byte[length];
      }
      return step;
    }

    byte[] stored(int length) {
      if (stored.length < length) {
        stored = new byte[length];
      }
      return stored;
    }
  }
}
