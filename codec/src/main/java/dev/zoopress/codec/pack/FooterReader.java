package dev.zoopress.codec.pack;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.codec.frame.FrameEncoder;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads the decompressed footer; counts are believed only as far as there are bytes for them. */
final class FooterReader {
  private static final int MIN_FRAME_ROW_BYTES = 5 + ChunkId.BYTES;
  private static final int MIN_CHUNK_ROW_BYTES = ChunkId.BYTES + 1;

  private final String pack;
  private final long footerOffset;
  private final byte[] rows;
  private int at;

  private FooterReader(String pack, long footerOffset, byte[] rows) {
    this.pack = pack;
    this.footerOffset = footerOffset;
    this.rows = rows;
  }

  /** The frames, which lie between the header and {@code framesEnd} without gaps. */
  static List<PackFrame> read(String pack, long footerOffset, byte[] rows, long framesEnd)
      throws IOException {
    return new FooterReader(pack, footerOffset, rows).frames(framesEnd);
  }

  private List<PackFrame> frames(long framesEnd) throws IOException {
    int count = count(MIN_FRAME_ROW_BYTES, "frames");
    List<PackFrame> frames = new ArrayList<>(count);
    long offset = PackLayout.HEADER_BYTES;
    for (int i = 0; i < count; i++) {
      PackFrame frame = frame(offset, framesEnd);
      offset += frame.storedBytes();
      frames.add(frame);
    }
    if (offset != framesEnd) {
      throw damaged("frames end at " + offset + ", expected " + framesEnd);
    }
    if (at != rows.length) {
      throw damaged((rows.length - at) + " bytes behind the last frame's row");
    }
    return List.copyOf(frames);
  }

  private PackFrame frame(long offset, long framesEnd) throws IOException {
    int stored = (int) number(1, framesEnd - offset, "stored length of a frame");
    int raw = (int) number(1, FrameEncoder.MAX_FRAME_BYTES, "raw length of a frame");
    need(2);
    DType dtype = DType.ofCode(rows[at++] & 0xFF);
    if (dtype == null) {
      throw new UnsupportedVersionException(
          pack + ": element type", rows[at - 1] & 0xFF, 0, DType.values().length - 1);
    }
    int flags = rows[at++] & 0xFF;
    if ((flags & ~PackLayout.FLAG_BASES) != 0) {
      throw new UnsupportedVersionException(
          pack + ": frame flags", flags, 0, PackLayout.FLAG_BASES);
    }
    List<ChunkId> bases = new ArrayList<>();
    if (flags != 0) {
      int baseCount = count(ChunkId.BYTES, "bases");
      for (int i = 0; i < baseCount; i++) {
        bases.add(id());
      }
    }
    int chunkCount = count(MIN_CHUNK_ROW_BYTES, "chunks");
    List<FrameChunk> chunks = new ArrayList<>(chunkCount);
    int end = 0;
    for (int i = 0; i < chunkCount; i++) {
      ChunkId id = id();
      int length = (int) number(1, raw - end, "length of a chunk");
      chunks.add(new FrameChunk(id, end, length));
      end += length;
    }
    if (end != raw) {
      throw damaged("chunks of " + end + " bytes in a frame of " + raw);
    }
    return new PackFrame(offset, stored, raw, dtype, bases, chunks);
  }

  private ChunkId id() throws CorruptContainerException {
    need(ChunkId.BYTES);
    ChunkId id = ChunkId.of(rows, at);
    at += ChunkId.BYTES;
    return id;
  }

  private int count(int minRowBytes, String what) throws CorruptContainerException {
    return (int) number(0, (rows.length - at) / minRowBytes, "number of " + what);
  }

  private long number(long min, long max, String what) throws CorruptContainerException {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      need(1);
      int b = rows[at++];
      value |= (b & 0x7FL) << shift;
      if (b >= 0) {
        if (b == 0 && shift > 0) {
          throw damaged(what + " is not in its shortest form");
        }
        break;
      }
      if (shift >= 56) {
        throw damaged(what + " is too long");
      }
    }
    if (value < min || value > max) {
      throw damaged(what + " " + value + " is not in " + min + ".." + max);
    }
    return value;
  }

  private void need(int bytes) throws CorruptContainerException {
    if (rows.length - at < bytes) {
      throw damaged("index cut short");
    }
  }

  private CorruptContainerException damaged(String reason) {
    return new CorruptContainerException(
        pack, footerOffset, "footer, row byte " + at + ": " + reason);
  }
}
