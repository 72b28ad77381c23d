package dev.zoopress.codec.pack;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.SegmentEntry;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A file read back from packs: any range, decoding only what it needs. Whole chunks are decoded
 * straight into the caller's array; smaller pieces go through the cache. Thread-safe.
 *
 * <p>Every block that is decoded is checked by its checksum. That the file as a whole has its
 * SHA-256 is the caller's to check when it has read all of it.
 */
public final class StoredFile implements ByteSource {
  private final FileEntry file;
  private final PackSource packs;
  private final ChunkCache cache;
  private final ChunkEntry[] chunks;
  private final long[] starts;
  private final Map<String, ByteSource> open = new ConcurrentHashMap<>();

  /** The file described by {@code file}, whose packs are opened as they are needed. */
  public StoredFile(FileEntry file, PackSource packs, ChunkCache cache) {
    this.file = Objects.requireNonNull(file);
    this.packs = Objects.requireNonNull(packs);
    this.cache = Objects.requireNonNull(cache);
    List<ChunkEntry> all = new ArrayList<>();
    for (SegmentEntry segment : file.segments()) {
      all.addAll(segment.chunks());
    }
    chunks = all.toArray(ChunkEntry[]::new);
    starts = new long[chunks.length];
    long at = 0;
    for (int i = 0; i < chunks.length; i++) {
      starts[i] = at;
      at += chunks[i].lengthBytes();
    }
    if (at != file.sizeBytes()) {
      throw new IllegalArgumentException(
          file.path() + ": chunks of " + at + " bytes, size " + file.sizeBytes());
    }
  }

  @Override
  public String name() {
    return file.path();
  }

  @Override
  public long size() {
    return file.sizeBytes();
  }

  @Override
  public void readFully(long positionBytes, byte[] target, int offset, int length)
      throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (positionBytes < 0 || positionBytes > size() - length) {
      throw new EOFException(
          name() + ": " + length + " bytes at " + positionBytes + " of " + size());
    }
    long at = positionBytes;
    int done = 0;
    int index = length == 0 ? 0 : indexOf(positionBytes);
    while (done < length) {
      int from = (int) (at - starts[index]);
      int count = Math.min(length - done, chunks[index].lengthBytes() - from);
      read(chunks[index], from, count, target, offset + done);
      done += count;
      at += count;
      index++;
    }
  }

  private int indexOf(long position) {
    int found = Arrays.binarySearch(starts, position);
    return found >= 0 ? found : -found - 2;
  }

  private void read(ChunkEntry chunk, int from, int count, byte[] target, int targetOffset)
      throws IOException {
    ChunkLocation at = chunk.location();
    int rawFrom = at.offsetInFrame() + from;
    if (count == at.frameRawBytes()) {
      cache.decoding(d -> decodeFrame(d, at, target, targetOffset));
    } else if (count >= ChunkCache.WINDOW_BYTES) {
      cache.decoding(d -> decodeRange(d, at, rawFrom, count, target, targetOffset));
    } else {
      readWindows(at, rawFrom, count, target, targetOffset);
    }
  }

  private void readWindows(
      ChunkLocation at, int rawFrom, int count, byte[] target, int targetOffset)
      throws IOException {
    int done = 0;
    while (done < count) {
      int position = rawFrom + done;
      int window = position / ChunkCache.WINDOW_BYTES;
      byte[] bytes = window(at, window);
      int inWindow = position - window * ChunkCache.WINDOW_BYTES;
      int length = Math.min(count - done, bytes.length - inWindow);
      System.arraycopy(bytes, inWindow, target, targetOffset + done, length);
      done += length;
    }
  }

  private byte[] window(ChunkLocation at, int window) throws IOException {
    ChunkCache.Key key = new ChunkCache.Key(at.pack(), at.frameOffset(), window);
    byte[] known = cache.find(key);
    if (known != null) {
      return known;
    }
    int start = window * ChunkCache.WINDOW_BYTES;
    byte[] bytes = new byte[Math.min(ChunkCache.WINDOW_BYTES, at.frameRawBytes() - start)];
    if (bytes.length == at.frameRawBytes()) {
      cache.decoding(d -> decodeFrame(d, at, bytes, 0));
    } else {
      cache.decoding(d -> decodeRange(d, at, start, bytes.length, bytes, 0));
    }
    cache.keep(key, bytes);
    return bytes;
  }

  /** One read of the whole frame: half the requests of a ranged decode. */
  private void decodeFrame(
      ChunkCache.PooledDecoder pooled, ChunkLocation at, byte[] target, int targetOffset)
      throws IOException {
    ByteSource pack = pack(at);
    byte[] stored = pooled.stored(at.frameStoredBytes());
    pack.readFully(at.frameOffset(), stored, 0, at.frameStoredBytes());
    pooled.decoder.decode(
        pack.name(),
        at.frameOffset(),
        stored,
        0,
        at.frameStoredBytes(),
        target,
        targetOffset,
        at.frameRawBytes());
  }

  private void decodeRange(
      ChunkCache.PooledDecoder pooled,
      ChunkLocation at,
      int rawFrom,
      int count,
      byte[] target,
      int targetOffset)
      throws IOException {
    pooled.decoder.decodeRange(
        pack(at),
        at.frameOffset(),
        at.frameStoredBytes(),
        at.frameRawBytes(),
        rawFrom,
        count,
        target,
        targetOffset);
  }

  private ByteSource pack(ChunkLocation at) throws IOException {
    ByteSource pack = pack(at.pack());
    if (at.frameOffset() > pack.size() - at.frameStoredBytes()) {
      throw new CorruptContainerException(
          pack.name(),
          pack.size(),
          "too short for the frame at %d of %d bytes that %s needs"
              .formatted(at.frameOffset(), at.frameStoredBytes(), name()));
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

  /** Closes the packs that were opened; the file can be read again, which opens them anew. */
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
