package dev.zoopress.codec.zipnn;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.MalformedInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Types and stored sizes of a segment's groups, group-major, checked: totals never fall, stay
 * inside the segment and fill it. Its size is 9 bytes a group, all of which stand in the file.
 */
final class GroupTable {
  private final ByteSource source;
  private final int chunks;
  private final byte[] types;
  private final long[] ends;
  private final long[] groupStarts;

  private GroupTable(ByteSource source, int chunks, byte[] types, long[] ends, long[] groupStarts) {
    this.source = source;
    this.chunks = chunks;
    this.types = types;
    this.ends = ends;
    this.groupStarts = groupStarts;
  }

  static GroupTable read(ByteSource source, ZipnnHeader header, long offset) throws IOException {
    long count = header.groups() * header.chunks();
    long tables = offset + header.bodyOffset();
    if (count > Integer.MAX_VALUE / 16) {
      throw new MalformedInputException(source.name(), tables, count + " groups in one segment");
    }
    int entries = (int) count;
    int chunks = (int) header.chunks();
    byte[] types = new byte[entries];
    source.readFully(tables, types, 0, entries);
    byte[] packed = new byte[entries * 8];
    source.readFully(tables + entries, packed, 0, packed.length);
    long[] ends = new long[entries];
    ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(ends);

    long[] starts = new long[header.groups()];
    long at = tables + entries * 9L;
    long end = offset + header.segmentBytes();
    for (int g = 0; g < starts.length; g++) {
      starts[g] = at;
      long previous = 0;
      for (int c = 0; c < chunks; c++) {
        int e = g * chunks + c;
        if (types[e] != 0 && types[e] != 1) {
          throw new MalformedInputException(
              source.name(), tables + e, "unknown group type " + types[e]);
        }
        if (ends[e] < previous || ends[e] > end - at) {
          throw new MalformedInputException(
              source.name(),
              tables + entries + 8L * e,
              "running total " + ends[e] + " after " + previous);
        }
        previous = ends[e];
      }
      at += previous;
    }
    if (at != end) {
      throw new MalformedInputException(
          source.name(), at, "groups end here, the segment at " + end);
    }
    return new GroupTable(source, chunks, types, ends, starts);
  }

  boolean isRaw(int group, long chunk) {
    return types[group * chunks + (int) chunk] == 0;
  }

  long payloadOffset(int group, long chunk) {
    return groupStarts[group] + (chunk == 0 ? 0 : ends[group * chunks + (int) chunk - 1]);
  }

  /** The group that holds {@code offset}, from the segment's start, as {@code {group, chunk}}. */
  int[] groupAt(long offset) {
    int group = groupStarts.length - 1;
    while (groupStarts[group] > offset) {
      group--;
    }
    int low = 0;
    int high = chunks - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (groupStarts[group] + ends[group * chunks + middle] > offset) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return new int[] {group, low};
  }

  /** Stored size of a group, at most its raw size. */
  int storedBytes(int group, long chunk, int rawBytes) throws MalformedInputException {
    int e = group * chunks + (int) chunk;
    long stored = ends[e] - (chunk == 0 ? 0 : ends[e - 1]);
    if (stored > rawBytes) {
      throw new MalformedInputException(
          source.name(),
          payloadOffset(group, chunk),
          "group of " + stored + " bytes stands for " + rawBytes);
    }
    return (int) stored;
  }
}
