package dev.zoopress.codec.pack;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.frame.BaseBytes;
import dev.zoopress.codec.manifest.Base;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkLocation;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Decodes stretches of frames of any packs, and below them of the frames that they stand on. Keeps
 * packs open. Thread-safe.
 *
 * <p>Memory of a thread that reads: for the frame and each of at most two decodes below it, the
 * stored frame and the bytes that it stands on, 33 MiB together; and 4 MiB for each view.
 */
public final class FrameSource implements Closeable {
  /** The above, for one thread: three times 33 MiB, two views, and a MiB of a window. */
  public static final long MAX_READER_BYTES = (3 * 33 + 2 * 4 + 1) << 20;

  private final PackSource packs;
  private final ChunkCache cache;
  private final Map<String, ByteSource> open = new ConcurrentHashMap<>();

  /** Frames of {@code packs}, which are opened as they are needed. */
  public FrameSource(PackSource packs, ChunkCache cache) {
    this.packs = Objects.requireNonNull(packs);
    this.cache = Objects.requireNonNull(cache);
  }

  /**
   * Reads {@code count} bytes of the chunk from {@code from} on. Of several threads that want the
   * same window of the cache one decodes it.
   */
  public void read(ChunkEntry chunk, int from, int count, byte[] target, int targetOffset)
      throws IOException {
    if (!readLarge(chunk.location(), from, count, target, targetOffset)) {
      readWindows(
          (at, window) -> cache.find(key(at, window), () -> make(at, window)),
          chunk.location(),
          from,
          count,
          target,
          targetOffset);
    }
  }

  /** As above, below another frame: waits for nobody. */
  void readBelow(ChunkEntry chunk, int from, int count, byte[] target, int targetOffset)
      throws IOException {
    if (!readLarge(chunk.location(), from, count, target, targetOffset)) {
      readWindows(this::windowBelow, chunk.location(), from, count, target, targetOffset);
    }
  }

  /**
   * As {@link #read}, from the cache alone; false, with nothing promised, where it lacks a part.
   */
  boolean readCached(ChunkEntry chunk, int from, int count, byte[] target, int targetOffset)
      throws IOException {
    return readWindows(
        (at, window) -> cache.peek(key(at, window)),
        chunk.location(),
        from,
        count,
        target,
        targetOffset);
  }

  private boolean readLarge(ChunkLocation at, int from, int count, byte[] target, int targetOffset)
      throws IOException {
    if (count == at.frameRawBytes()) {
      cache.decoding(d -> decodeFrame(d, at, target, targetOffset));
    } else if (count >= ChunkCache.WINDOW_BYTES) {
      cache.decoding(
          d -> decodeRange(d, at, at.offsetInFrame() + from, count, target, targetOffset));
    } else {
      return false;
    }
    return true;
  }

  private interface Windows {
    /** Null: it is not to be had this way. */
    byte[] window(ChunkLocation at, int window) throws IOException;
  }

  private static ChunkCache.Key key(ChunkLocation at, int window) {
    return new ChunkCache.Key(at.pack(), at.frameOffset(), window);
  }

  /** Reads {@code count} bytes of what the view of {@code base} gives, from {@code position} on. */
  public void read(Base base, long position, int count, byte[] target, int targetOffset)
      throws IOException {
    cache.decoding(d -> new ViewReader(this, base, d).read(position, count, target, targetOffset));
  }

  private BaseBytes baseOf(ChunkLocation at) {
    return at.base() == null
        ? null
        : (from, count, target, targetOffset) ->
            read(at.base(), at.basePosition() + from, count, target, targetOffset);
  }

  private static boolean readWindows(
      Windows windows, ChunkLocation at, int from, int count, byte[] target, int targetOffset)
      throws IOException {
    int rawFrom = at.offsetInFrame() + from;
    int done = 0;
    while (done < count) {
      int position = rawFrom + done;
      int window = position / ChunkCache.WINDOW_BYTES;
      byte[] bytes = windows.window(at, window);
      if (bytes == null) {
        return false;
      }
      int inWindow = position - window * ChunkCache.WINDOW_BYTES;
      int length = Math.min(count - done, bytes.length - inWindow);
      System.arraycopy(bytes, inWindow, target, targetOffset + done, length);
      done += length;
    }
    return true;
  }

  private byte[] windowBelow(ChunkLocation at, int window) throws IOException {
    byte[] known = cache.find(key(at, window));
    if (known != null) {
      return known;
    }
    byte[] made = make(at, window);
    cache.keep(key(at, window), made);
    return made;
  }

  private byte[] make(ChunkLocation at, int window) throws IOException {
    int start = window * ChunkCache.WINDOW_BYTES;
    byte[] bytes = new byte[Math.min(ChunkCache.WINDOW_BYTES, at.frameRawBytes() - start)];
    if (bytes.length == at.frameRawBytes()) {
      cache.decoding(d -> decodeFrame(d, at, bytes, 0));
    } else if (at.base() != null && at.base().view().isTransposed()) {
      return windows(at, window);
    } else {
      cache.decoding(d -> decodeRange(d, at, start, bytes.length, bytes, 0));
    }
    return bytes;
  }

  /** All windows at once: under a transposed base each would cost as much as all. */
  private byte[] windows(ChunkLocation at, int wanted) throws IOException {
    byte[] frame = new byte[at.frameRawBytes()];
    cache.decoding(d -> decodeFrame(d, at, frame, 0));
    byte[] found = null;
    for (int start = 0; start < frame.length; start += ChunkCache.WINDOW_BYTES) {
      int window = start / ChunkCache.WINDOW_BYTES;
      int end = Math.min(frame.length, start + ChunkCache.WINDOW_BYTES);
      byte[] bytes = java.util.Arrays.copyOfRange(frame, start, end);
      cache.keep(key(at, window), bytes);
      found = window == wanted ? bytes : found;
    }
    return found;
  }

  private interface Decode {
    void run() throws IOException;
  }

  /** What seems damaged is read once more: a bit may have turned on its way here. */
  private void twice(ChunkLocation at, Decode decode) throws IOException {
    try {
      decode.run();
    } catch (CorruptContainerException e) {
      // Of a frame below they have made sure there.
      if (!e.object().equals(pack(at).name())
          || e.offsetBytes() < at.frameOffset()
          || e.offsetBytes() >= at.frameOffset() + at.frameStoredBytes()) {
        throw e;
      }
      decode.run();
    }
  }

  /** One read of the whole frame: half the requests of a ranged decode. */
  private void decodeFrame(
      ChunkCache.PooledDecoder pooled, ChunkLocation at, byte[] target, int targetOffset)
      throws IOException {
    ByteSource pack = pack(at);
    byte[] stored = pooled.stored(at.frameStoredBytes());
    twice(
        at,
        () -> {
          pack.readFully(at.frameOffset(), stored, 0, at.frameStoredBytes());
          pooled.decoder.decode(
              pack.name(),
              at.frameOffset(),
              stored,
              0,
              at.frameStoredBytes(),
              baseOf(at),
              target,
              targetOffset,
              at.frameRawBytes());
        });
  }

  private void decodeRange(
      ChunkCache.PooledDecoder pooled,
      ChunkLocation at,
      int rawFrom,
      int count,
      byte[] target,
      int targetOffset)
      throws IOException {
    ByteSource pack = pack(at);
    twice(
        at,
        () ->
            pooled.decoder.decodeRange(
                pack,
                at.frameOffset(),
                at.frameStoredBytes(),
                baseOf(at),
                at.frameRawBytes(),
                rawFrom,
                count,
                target,
                targetOffset));
  }

  private ByteSource pack(ChunkLocation at) throws IOException {
    ByteSource pack = pack(at.pack());
    if (at.frameOffset() > pack.size() - at.frameStoredBytes()) {
      throw new CorruptContainerException(
          pack.name(),
          pack.size(),
          "too short for the frame at %d of %d bytes"
              .formatted(at.frameOffset(), at.frameStoredBytes()));
    }
    return pack;
  }

  private ByteSource pack(String id) throws IOException {
    ByteSource known = open.get(id);
    if (known != null) {
      return known;
    }
    ByteSource fresh = packs.open(id);
    ByteSource raced = open.putIfAbsent(id, fresh);
    if (raced != null) {
      fresh.close();
      return raced;
    }
    return fresh;
  }

  /** Closes the packs that were opened; reading again opens them anew. */
  @Override
  public void close() throws IOException {
    for (String id : List.copyOf(open.keySet())) {
      ByteSource pack = open.remove(id);
      if (pack != null) {
        pack.close();
      }
    }
  }
}
