package dev.zoopress.codec.zipnn;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.MalformedInputException;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * A ZipNN file made again, on the fly and at any position, from what {@link UnfoldedSource} made of
 * it. Reading it front to back reads the content of a segment once for each byte group.
 * Thread-safe.
 */
public final class FoldedSource implements ByteSource {
  private static final int MAX_HUFFMAN_BYTES = 1 << 17;

  private final ByteSource content;
  private final String name;
  private final List<Stretch> stretches;
  private final long size;
  private final byte[] group = new byte[UnfoldedSource.MAX_CHUNK_BYTES + 1];
  private final byte[] coded = new byte[MAX_HUFFMAN_BYTES + 512];
  private byte[] chunk = {};
  private Stretch tableOf;
  private GroupTable table;
  private Stretch stretchNow;
  private int groupNow;
  private int chunkNow;
  private byte[] bytesNow;

  /**
   * The file that {@code content} was made of; closes it when it is closed itself.
   *
   * @param sizeBytes of the file
   * @throws CorruptContainerException if the content is not that of such a file
   */
  public FoldedSource(String name, long sizeBytes, ByteSource content) throws IOException {
    this.name = name;
    this.content = content;
    Recipe recipe;
    try {
      recipe = Recipe.read(content);
    } catch (MalformedInputException e) {
      throw new CorruptContainerException(name, 0, e.getMessage());
    }
    this.stretches = recipe.stretches();
    this.size = recipe.fileBytes();
    if (size != sizeBytes) {
      throw new CorruptContainerException(
          name, 0, "its parts make " + size + " bytes, it says " + sizeBytes);
    }
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
  public synchronized void readFully(long positionBytes, byte[] target, int offset, int length)
      throws IOException {
    if (positionBytes < 0 || positionBytes > size - length) {
      throw new EOFException(name + ": " + length + " bytes at " + positionBytes + " of " + size);
    }
    int done = 0;
    while (done < length) {
      long at = positionBytes + done;
      Stretch stretch = stretches.get(indexOf(at));
      long inside = at - stretch.fileOffset();
      int n = (int) Math.min(length - done, stretch.fileBytes() - inside);
      try {
        done += read(stretch, inside, target, offset + done, n);
      } catch (MalformedInputException e) {
        throw new CorruptContainerException(name, at, e.getMessage());
      }
    }
  }

  private int indexOf(long position) {
    int low = 0;
    int high = stretches.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (stretches.get(middle).fileOffset() <= position) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** Reads at least one byte and returns how many. */
  private int read(Stretch stretch, long inside, byte[] target, int offset, int length)
      throws IOException {
    SegmentHead head = stretch.head();
    if (head == null) {
      content.readFully(stretch.contentOffset() + inside, target, offset, length);
      return length;
    }
    if (inside < head.bytes().length) {
      int n = (int) Math.min(length, head.bytes().length - inside);
      System.arraycopy(head.bytes(), (int) inside, target, offset, n);
      return n;
    }
    if (stretch != tableOf) {
      table = head.table();
      tableOf = stretch;
    }
    int[] place = table.groupAt(inside);
    byte[] bytes = payload(stretch, place[0], place[1]);
    int from = (int) (inside - table.payloadOffset(place[0], place[1]));
    int n = Math.min(length, bytes.length - from);
    if (n < 1) {
      throw new CorruptContainerException(name, stretch.fileOffset() + inside, "empty group");
    }
    System.arraycopy(bytes, from, target, offset, n);
    return n;
  }

  /** The stored form of a group. */
  private byte[] payload(Stretch stretch, int g, int c) throws IOException {
    if (stretch == stretchNow && g == groupNow && c == chunkNow) {
      return bytesNow;
    }
    ZipnnHeader header = stretch.head().header();
    int length = header.chunkLength(c);
    if (chunk.length < length) {
      chunk = new byte[header.largestChunk()];
    }
    content.readFully(stretch.contentOffset() + (long) c * header.chunkBytes(), chunk, 0, length);
    if (header.rotated()) {
      BitRotation.forward(chunk, length, header.groups());
    }
    int raw = 0;
    for (int i = g; i < length; i += header.groups()) {
      group[raw++] = chunk[i];
    }
    int stored = table.storedBytes(g, c, raw);
    byte[] bytes;
    if (table.isRaw(g, c) || stored == raw) {
      bytes = Arrays.copyOf(group, raw);
    } else {
      int n = raw > MAX_HUFFMAN_BYTES ? 0 : Huff0Encoder.encode(group, raw, coded);
      bytes = Arrays.copyOf(coded, n);
    }
    if (bytes.length != stored) {
      throw new CorruptContainerException(
          name,
          stretch.fileOffset() + table.payloadOffset(g, c),
          "a group of " + stored + " bytes comes out as " + bytes.length);
    }
    stretchNow = stretch;
    groupNow = g;
    chunkNow = c;
    bytesNow = bytes;
    return bytes;
  }

  @Override
  public void close() throws IOException {
    content.close();
  }
}
