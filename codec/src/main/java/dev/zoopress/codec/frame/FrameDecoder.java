package dev.zoopress.codec.frame;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.context.ContextDecoder;
import dev.zoopress.codec.delta.DeltaDecoder;
import dev.zoopress.codec.delta.XorDecoder;
import dev.zoopress.codec.plane.GroupedDecoder;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * Decodes frames, whole or in part; holds reusable scratch buffers: one per thread, and close it.
 */
public final class FrameDecoder implements Closeable {
  private final Map<FrameKind, BlockDecoder> kinds = new EnumMap<>(FrameKind.class);
  private byte[] stored = new byte[0];
  private byte[] rawBlock = new byte[0];
  private byte[] baseBytes = new byte[0];
  private BaseBytes base;

  /** A decoder of all kinds that this build knows. */
  public FrameDecoder() {}

  /**
   * Decodes the frame in {@code frame[offset, offset + length)} into {@code target} from {@code
   * targetOffset} on.
   *
   * @param object name for error messages
   * @param objectOffset where the frame starts in that object, for error messages
   * @param rawLength what the index says it decodes to; anything else is damage
   * @throws dev.zoopress.codec.CorruptContainerException if any byte is not as written
   * @throws dev.zoopress.codec.UnsupportedVersionException if the frame's kind is unknown
   */
  public void decode(
      String object,
      long objectOffset,
      byte[] frame,
      int offset,
      int length,
      byte[] target,
      int targetOffset,
      int rawLength)
      throws IOException {
    decodeRange(
        object, objectOffset, frame, offset, length, rawLength, 0, rawLength, target, targetOffset);
  }

  /**
   * As {@link #decode(String, long, byte[], int, int, byte[], int, int)} for a frame that may stand
   * on a base, which gives the very bytes that the frame was encoded against, else the checksums
   * fail.
   */
  public void decode(
      String object,
      long objectOffset,
      byte[] frame,
      int offset,
      int length,
      BaseBytes base,
      byte[] target,
      int targetOffset,
      int rawLength)
      throws IOException {
    this.base = base;
    try {
      decode(object, objectOffset, frame, offset, length, target, targetOffset, rawLength);
    } finally {
      this.base = null;
    }
  }

  /**
   * As {@link #decodeRange(String, long, byte[], int, int, int, int, int, byte[], int)} for a frame
   * that may stand on a base, of which only the bytes under the blocks that hold the range are
   * asked for.
   */
  public void decodeRange(
      String object,
      long objectOffset,
      byte[] frame,
      int offset,
      int length,
      BaseBytes base,
      int rawLength,
      int rawFrom,
      int count,
      byte[] target,
      int targetOffset)
      throws IOException {
    this.base = base;
    try {
      decodeRange(
          object,
          objectOffset,
          frame,
          offset,
          length,
          rawLength,
          rawFrom,
          count,
          target,
          targetOffset);
    } finally {
      this.base = null;
    }
  }

  /**
   * Decodes the frame in {@code frame[offset, offset + length)} block by block and compares each
   * with its source while both are in the cache.
   *
   * @param object name for error messages
   * @param base as in decode; null for none
   * @return the first byte of {@code raw[rawOffset, rawOffset + rawLength)} that the frame does not
   *     decode to, counted from rawOffset; -1 if it is the same
   * @throws dev.zoopress.codec.CorruptContainerException if any byte is not as written
   */
  public int mismatch(
      String object,
      byte[] frame,
      int offset,
      int length,
      BaseBytes base,
      byte[] raw,
      int rawOffset,
      int rawLength)
      throws IOException {
    Objects.checkFromIndexSize(offset, length, frame.length);
    checkRange(rawLength, 0, rawLength, raw, rawOffset);
    this.base = base;
    try {
      FrameHead head = FrameHead.parse(object, 0, frame, offset, length, length, rawLength);
      BlockDecoder decoder = begin(head, frame, offset, 0, rawLength);
      BlockGrid grid = head.grid();
      for (int block = 0; block < grid.count(); block++) {
        int count = grid.rawLength(block);
        int start = rawOffset + grid.rawOffset(block);
        rawBlock = atLeast(rawBlock, count);
        decodeBlock(head, decoder, block, frame, offset + head.bodyOffset(block), rawBlock, 0);
        int differs = Arrays.mismatch(raw, start, start + count, rawBlock, 0, count);
        if (differs >= 0) {
          return start - rawOffset + differs;
        }
      }
      return -1;
    } finally {
      this.base = null;
    }
  }

  /**
   * Decodes the raw bytes {@code [rawFrom, rawFrom + count)} of the frame in {@code frame[offset,
   * offset + length)} into {@code target} from {@code targetOffset} on; decodes (and checks) only
   * the blocks that hold them.
   *
   * @throws dev.zoopress.codec.CorruptContainerException if any byte looked at is not as written
   * @throws dev.zoopress.codec.UnsupportedVersionException if the frame's kind is unknown
   */
  public void decodeRange(
      String object,
      long objectOffset,
      byte[] frame,
      int offset,
      int length,
      int rawLength,
      int rawFrom,
      int count,
      byte[] target,
      int targetOffset)
      throws IOException {
    Objects.checkFromIndexSize(offset, length, frame.length);
    checkRange(rawLength, rawFrom, count, target, targetOffset);
    FrameHead head =
        FrameHead.parse(object, objectOffset, frame, offset, length, length, rawLength);
    decodeBlocks(head, frame, offset, frame, offset, rawFrom, count, target, targetOffset);
  }

  /**
   * As {@link #decodeRange(String, long, byte[], int, int, int, int, int, byte[], int)}, reading
   * from {@code source} the frame's head, what its blocks share, and the needed blocks only: two
   * reads, one for a frame of at most 64 KiB.
   *
   * @param frameOffset where the frame starts in {@code source}
   * @param length stored length of the frame
   */
  public void decodeRange(
      ByteSource source,
      long frameOffset,
      int length,
      int rawLength,
      int rawFrom,
      int count,
      byte[] target,
      int targetOffset)
      throws IOException {
    checkRange(rawLength, rawFrom, count, target, targetOffset);
    if (length < 1 || length > FrameEncoder.maxEncodedLength(FrameEncoder.MAX_FRAME_BYTES)) {
      throw new IllegalArgumentException("frame of " + length + " bytes");
    }
    int first = length <= 1 << 16 ? length : FrameHead.MAX_BYTES * 2;
    stored = atLeast(stored, first);
    source.readFully(frameOffset, stored, 0, first);
    FrameHead head =
        FrameHead.parse(source.name(), frameOffset, stored, 0, first, length, rawLength);
    if (count == 0) {
      return;
    }
    int from = head.bodyOffset(head.grid().blockAt(rawFrom));
    int to = head.bodyOffset(head.grid().blockAt(rawFrom + count - 1) + 1);
    int sharedEnd = head.bodyOffset(0);
    if (sharedEnd > first) {
      stored = grown(stored, sharedEnd, first);
      source.readFully(frameOffset + first, stored, first, sharedEnd - first);
    }
    if (to <= first) {
      decodeBlocks(head, stored, 0, stored, 0, rawFrom, count, target, targetOffset);
      return;
    }
    // The needed bodies go right behind the shared bytes.
    stored = grown(stored, sharedEnd + to - from, sharedEnd);
    source.readFully(frameOffset + from, stored, sharedEnd, to - from);
    decodeBlocks(head, stored, 0, stored, sharedEnd - from, rawFrom, count, target, targetOffset);
  }

  /** As above, for a frame that may stand on a base. */
  public void decodeRange(
      ByteSource source,
      long frameOffset,
      int length,
      BaseBytes base,
      int rawLength,
      int rawFrom,
      int count,
      byte[] target,
      int targetOffset)
      throws IOException {
    this.base = base;
    try {
      decodeRange(source, frameOffset, length, rawLength, rawFrom, count, target, targetOffset);
    } finally {
      this.base = null;
    }
  }

  /**
   * {@code bodiesAt} is where the frame would start in {@code bodies}; it may lie before the array.
   */
  private void decodeBlocks(
      FrameHead head,
      byte[] frame,
      int offset,
      byte[] bodies,
      int bodiesAt,
      int rawFrom,
      int count,
      byte[] target,
      int targetOffset)
      throws IOException {
    if (count == 0) {
      return;
    }
    BlockDecoder decoder = begin(head, frame, offset, rawFrom, count);
    BlockGrid grid = head.grid();
    int rawEnd = rawFrom + count;
    for (int block = grid.blockAt(rawFrom); block <= grid.blockAt(rawEnd - 1); block++) {
      int body = bodiesAt + head.bodyOffset(block);
      int start = grid.rawOffset(block);
      int length = grid.rawLength(block);
      if (start >= rawFrom && start + length <= rawEnd) {
        decodeBlock(head, decoder, block, bodies, body, target, targetOffset + start - rawFrom);
      } else {
        rawBlock = atLeast(rawBlock, length);
        decodeBlock(head, decoder, block, bodies, body, rawBlock, 0);
        int from = Math.max(start, rawFrom);
        int to = Math.min(start + length, rawEnd);
        System.arraycopy(rawBlock, from - start, target, targetOffset + from - rawFrom, to - from);
      }
    }
  }

  /** The frame's decoder, ready for the blocks that hold {@code [rawFrom, rawFrom + count)}. */
  private BlockDecoder begin(FrameHead head, byte[] frame, int offset, int rawFrom, int count)
      throws IOException {
    BlockDecoder decoder = kinds.computeIfAbsent(head.kind(), FrameDecoder::decoder);
    if (head.kind().needsBase()) {
      if (base == null) {
        throw head.damaged(0, "a frame of kind " + head.kind() + ", and no base given");
      }
      BlockGrid grid = head.grid();
      int last = grid.blockAt(rawFrom + count - 1);
      int from = grid.rawOffset(grid.blockAt(rawFrom));
      int to = grid.rawOffset(last) + grid.rawLength(last);
      baseBytes = atLeast(baseBytes, to - from);
      base.read(from, to - from, baseBytes, 0);
      decoder.base(baseBytes, -from);
    }
    int shared = offset + head.sharedOffset();
    if (head.sharedLength() > 0
        && FrameHead.crc(frame, shared, head.sharedLength()) != head.sharedSum()) {
      throw head.damaged(head.sharedOffset(), "checksum of shared bytes");
    }
    decoder.begin(
        head, new FrameCursor(head, frame, shared, head.sharedLength(), head.sharedOffset()));
    return decoder;
  }

  private static void decodeBlock(
      FrameHead head,
      BlockDecoder decoder,
      int block,
      byte[] bodies,
      int body,
      byte[] target,
      int targetOffset)
      throws IOException {
    int bodyLength = head.bodyLength(block);
    int rawLength = head.grid().rawLength(block);
    if (bodyLength == rawLength) {
      System.arraycopy(bodies, body, target, targetOffset, rawLength);
    } else {
      FrameCursor cursor = new FrameCursor(head, bodies, body, bodyLength, head.bodyOffset(block));
      decoder.decodeBlock(block, cursor, target, targetOffset);
      cursor.finish();
    }
    CRC32C crc = new CRC32C();
    crc.update(bodies, body, bodyLength);
    crc.update(target, targetOffset, rawLength);
    if ((int) crc.getValue() != head.sum(block)) {
      throw head.damaged(head.bodyOffset(block), "checksum of block " + block);
    }
  }

  private static BlockDecoder decoder(FrameKind kind) {
    return switch (kind) {
      case RAW -> new RawDecoder();
      case CONSTANT -> new ConstantDecoder();
      case GROUPED -> new GroupedDecoder();
      case CONTEXT -> new ContextDecoder();
      case DELTA -> new DeltaDecoder();
      case XOR -> new XorDecoder();
    };
  }

  private static void checkRange(
      int rawLength, int rawFrom, int count, byte[] target, int targetOffset) {
    if (rawLength < 1 || rawLength > FrameEncoder.MAX_FRAME_BYTES) {
      throw new IllegalArgumentException("frame of " + rawLength + " raw bytes");
    }
    Objects.checkFromIndexSize(rawFrom, count, rawLength);
    Objects.checkFromIndexSize(targetOffset, count, target.length);
  }

  private static byte[] atLeast(byte[] buffer, int length) {
    return buffer.length >= length ? buffer : new byte[length];
  }

  private static byte[] grown(byte[] buffer, int length, int keep) {
    if (buffer.length >= length) {
      return buffer;
    }
    byte[] larger = new byte[length];
    System.arraycopy(buffer, 0, larger, 0, keep);
    return larger;
  }

  @Override
  public void close() {
    for (BlockDecoder decoder : kinds.values()) {
      decoder.close();
    }
  }
}
