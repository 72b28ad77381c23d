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
    byte[] chunk = new byte[header.largestChunk()];
    byte[] baseChunk = base == null ? null : new byte[chunk.length];
    try (ChunkReader chunks = new ChunkReader(source, header, offset)) {
      for (long c = 0; c < header.chunks(); c++) {
        int length = header.chunkLength(c);
        chunks.read(c, chunk);
        if (base != null) {
          base.readFully(position + c * header.chunkBytes(), baseChunk, 0, length);
          xor(chunk, baseChunk, length);
        }
        out.write(chunk, 0, length);
      }
    }
    return header.rawBytes();
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
