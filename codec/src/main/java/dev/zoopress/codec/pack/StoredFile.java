package dev.zoopress.codec.pack;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.SegmentEntry;
import dev.zoopress.codec.zipnn.FoldedSource;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;

/**
 * A file read back from packs: any range, decoding only what it needs. Whole chunks are decoded
 * straight into the caller's array; smaller pieces go through the cache. Of a folded file these are
 * the bytes of what it holds; {@link #open} gives its own. Thread-safe.
 *
 * <p>Every block that is decoded is checked by its checksum. That the file as a whole has its
 * SHA-256 is the caller's to check when it has read all of it.
 */
public final class StoredFile implements ByteSource {
  private final FileEntry file;
  private final FrameSource frames;
  private final ChunkEntry[] chunks;
  private final long[] starts;
  private final long size;

  /** The file described by {@code file}, whose packs are opened as they are needed. */
  public StoredFile(FileEntry file, PackSource packs, ChunkCache cache) {
    this.file = Objects.requireNonNull(file);
    this.frames = new FrameSource(packs, cache);
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
    if (at != file.sizeBytes() && !file.isFolded()) {
      throw new IllegalArgumentException(
          file.path() + ": chunks of " + at + " bytes, size " + file.sizeBytes());
    }
    size = at;
  }

  /**
   * The bytes of the file itself, which of a folded one are made of its content.
   *
   * @throws dev.zoopress.codec.CorruptContainerException if a folded file's content is damaged
   */
  public static ByteSource open(FileEntry file, PackSource packs, ChunkCache cache)
      throws IOException {
    StoredFile content = new StoredFile(file, packs, cache);
    if (!file.isFolded()) {
      return content;
    }
    try {
      return new FoldedSource(file.path(), file.sizeBytes(), content);
    } catch (IOException | RuntimeException e) {
      content.close();
      throw e;
    }
  }

  /** What it is made of: its tensors with their names, types and shapes, in file order. */
  public FileEntry entry() {
    return file;
  }

  @Override
  public String name() {
    return file.path();
  }

  @Override
  public long size() {
    return size;
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
      frames.read(chunks[index], from, count, target, offset + done);
      done += count;
      at += count;
      index++;
    }
  }

  /**
   * As {@link #readFully}, from what the cache holds, without opening a pack.
   *
   * @return false if a part is not there; what {@code target} holds then is undefined
   */
  public boolean readCached(long positionBytes, byte[] target, int offset, int length)
      throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    Objects.checkFromIndexSize(positionBytes, (long) length, size());
    int done = 0;
    for (int index = length == 0 ? 0 : indexOf(positionBytes); done < length; index++) {
      int from = (int) (positionBytes + done - starts[index]);
      int count = Math.min(length - done, chunks[index].lengthBytes() - from);
      if (!frames.readCached(chunks[index], from, count, target, offset + done)) {
        return false;
      }
      done += count;
    }
    return true;
  }

  /**
   * Where the file is best cut to be read in pieces of at most {@code mostBytes}, which must be a
   * multiple of 1 MiB: no cut goes through a small chunk or a window of a large one, so no block is
   * decoded twice. Ascending, the last is the file's size.
   */
  public long[] cuts(int mostBytes) {
    if (mostBytes < ChunkCache.WINDOW_BYTES || mostBytes % ChunkCache.WINDOW_BYTES != 0) {
      throw new IllegalArgumentException("pieces of " + mostBytes + " bytes");
    }
    LongStream.Builder cuts = LongStream.builder();
    long start = 0;
    for (int i = 0; i < chunks.length; i++) {
      int length = chunks[i].lengthBytes();
      if (starts[i] > start && starts[i] + length > start + mostBytes) {
        cuts.add(starts[i]);
        start = starts[i];
      }
      while (starts[i] + length > start + mostBytes) {
        start += mostBytes;
        cuts.add(start);
      }
    }
    if (size() > start) {
      cuts.add(size());
    }
    return cuts.build().toArray();
  }

  /**
   * The bytes of one tensor, row-major and little-endian; valid as long as this file is open.
   *
   * @throws IllegalArgumentException if the file has no tensor of that name
   */
  public ByteSource tensor(String name) {
    long start = 0;
    for (SegmentEntry segment : file.segments()) {
      if (!name.isEmpty() && segment.name().equals(name)) {
        return new Stretch(start, segment.lengthBytes(), file.path() + ": " + name);
      }
      start += segment.lengthBytes();
    }
    throw new IllegalArgumentException(file.path() + " has no tensor '" + name + "'");
  }

  private final class Stretch implements ByteSource {
    private final long start;
    private final long size;
    private final String name;

    Stretch(long start, long size, String name) {
      this.start = start;
      this.size = size;
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public void readFully(long positionBytes, byte[] target, int offset, int length)
        throws IOException {
      if (positionBytes < 0 || positionBytes > size - length) {
        throw new EOFException(name + ": " + length + " bytes at " + positionBytes + " of " + size);
      }
      StoredFile.this.readFully(start + positionBytes, target, offset, length);
    }
  }

  private int indexOf(long position) {
    int found = Arrays.binarySearch(starts, position);
    return found >= 0 ? found : -found - 2;
  }

  /** Closes the packs that were opened; the file can be read again, which opens them anew. */
  @Override
  public void close() throws IOException {
    frames.close();
  }
}
