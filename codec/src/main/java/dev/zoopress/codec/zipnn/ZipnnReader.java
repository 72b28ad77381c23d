package dev.zoopress.codec.zipnn;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.MalformedInputException;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Decodes ZipNN files segment by segment and chunk by chunk; holds buffers for one chunk. Not
 * thread-safe.
 *
 * <p>ZipNN stores no checksum. Everything that its structure lets one check is checked; a flipped
 * bit inside a raw or Huffman-coded group may still decode to other bytes, which only a digest from
 * elsewhere can tell.
 */
public final class ZipnnReader {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final ByteSource source;
  private final ByteSource base;

  /** A reader of plain (not delta) files. */
  public ZipnnReader(ByteSource source) {
    this(source, null);
  }

  /**
   * A reader of delta files: what it decodes is XORed with {@code base}, which must be the one the
   * file was made against; nothing in the file identifies it.
   */
  public ZipnnReader(ByteSource source, ByteSource base) {
    this.source = source;
    this.base = base;
  }

  /**
   * Decodes all segments of the file into {@code out} and returns the number of bytes written.
   *
   * @throws MalformedInputException naming the byte at which the file stops making sense; {@code
   *     out} may hold a part
   */
  public long decode(OutputStream out) throws IOException {
    long offset = 0;
    long written = 0;
    boolean more = true;
    while (more) {
      ZipnnHeader header = ZipnnHeader.read(source, offset);
      written += decodeSegment(header, offset, written, out);
      offset += header.segmentBytes();
      more =
          header.streaming()
              && header.format() == ZipnnHeader.FORMAT_BYTE
              && offset < source.size();
    }
    if (offset != source.size()) {
      throw new MalformedInputException(
          source.name(), offset, (source.size() - offset) + " bytes after the last segment");
    }
    if (base != null && base.size() != written) {
      throw new MalformedInputException(
          source.name(),
          0,
          "is a delta of " + written + " bytes, but " + base.name() + " has " + base.size());
    }
    return written;
  }

  private long decodeSegment(ZipnnHeader header, long offset, long position, OutputStream out)
      throws IOException {
    if ((header.delta() != 0) != (base != null)) {
      throw new MalformedInputException(
          source.name(),
          offset + 9,
          base == null ? "is a delta: give its base" : "is not a delta, but a base was given");
    }
    if (base != null && position + header.rawBytes() > base.size()) {
      throw new MalformedInputException(
          source.name(), offset + 16, "is longer than its base " + base.name());
    }
    int groups = header.groups();
    long chunks = header.chunks();
    GroupTable table = GroupTable.read(source, header, offset);
    byte[] chunk = new byte[(int) Math.min(header.chunkBytes(), header.rawBytes())];
    int groupCapacity = chunk.length / groups + 1;
    byte[] group = new byte[groupCapacity];
    byte[] payload = new byte[groupCapacity];
    byte[] baseChunk = base == null ? null : new byte[chunk.length];
    try (Huff0Decoder huffman = new Huff0Decoder()) {
      for (long c = 0; c < chunks; c++) {
        int length =
            (int) Math.min(header.chunkBytes(), header.rawBytes() - c * header.chunkBytes());
        for (int g = 0; g < groups; g++) {
          int raw = length / groups + (g < length % groups ? 1 : 0);
          readGroup(table, g, c, raw, payload, group, huffman);
          for (int i = 0, at = g; i < raw; i++, at += groups) {
            chunk[at] = group[i];
          }
        }
        if (header.rotated()) {
          BitRotation.inverse(chunk, length, groups);
        }
        if (base != null) {
          base.readFully(position + c * header.chunkBytes(), baseChunk, 0, length);
          xor(chunk, baseChunk, length);
        }
        out.write(chunk, 0, length);
      }
    }
    return header.rawBytes();
  }

  private void readGroup(
      GroupTable table, int g, long c, int raw, byte[] payload, byte[] group, Huff0Decoder huffman)
      throws IOException {
    long at = table.payloadOffset(g, c);
    int stored = table.storedBytes(g, c, raw);
    source.readFully(at, payload, 0, stored);
    if (table.isRaw(g, c) || (stored == raw && raw > 1)) {
      if (stored != raw) {
        throw new MalformedInputException(
            source.name(), at, "raw group of " + stored + " bytes, expected " + raw);
      }
      System.arraycopy(payload, 0, group, 0, raw);
    } else if (stored == 1) {
      java.util.Arrays.fill(group, 0, raw, payload[0]);
    } else {
      String problem = stored == 0 ? "empty group" : huffman.decode(payload, 0, stored, group, raw);
      if (problem != null) {
        throw new MalformedInputException(source.name(), at, problem);
      }
    }
  }

  static void xor(byte[] target, byte[] other, int length) {
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      LONG.set(target, i, (long) LONG.get(target, i) ^ (long) LONG.get(other, i));
    }
    for (; i < length; i++) {
      target[i] ^= other[i];
    }
  }
}
