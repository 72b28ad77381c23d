package dev.zoopress.codec.pack;

import dev.zoopress.codec.Effort;
import dev.zoopress.codec.frame.FrameShape;
import dev.zoopress.codec.manifest.ChunkId;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Makes frames of chunks and appends them to a pack: a chunk of at least 64 KiB alone, smaller ones
 * of one dtype together up to 1 MiB. Every frame is decoded again and compared with its source
 * before it is appended. A chunk that the same pack got before is not stored again.
 *
 * <p>What is written depends on the chunks and their order only. Holds an encode buffer of about 17
 * MiB, a decoded block, up to 1 MiB for each dtype that has small chunks, the coders' scratch, and
 * about 100 bytes for each chunk of the current pack. Not thread-safe.
 */
public final class FramePacker implements Closeable {
  /** Chunks of at least this many bytes get a frame of their own. */
  public static final int ALONE_BYTES = 1 << 16;

  /** Small chunks share a frame of at most this many raw bytes. */
  public static final int SHARED_BYTES = 1 << 20;

  private final FrameCoder coder;
  private final FrameGrouper grouper = new FrameGrouper(this::append);
  private final Set<ChunkId> known = new HashSet<>();
  private PackWriter writer;

  /** A packer of the given effort, to be given a pack by {@link #begin}. */
  public FramePacker(Effort effort) {
    coder = new FrameCoder(effort);
  }

  /**
   * Appends to {@code pack} from now on; the packer must have been flushed. The pack is not closed
   * by the packer.
   */
  public void begin(PackWriter pack) {
    if (grouper.pendingBytes() > 0) {
      throw new IllegalStateException("chunks of the previous pack were not flushed");
    }
    writer = Objects.requireNonNull(pack);
    known.clear();
  }

  /**
   * Adds a chunk; small chunks may be written later, at the latest by {@link #flush}. Does nothing
   * if this pack was given the chunk before.
   *
   * @param id SHA-256 of the bytes; not checked
   * @throws dev.zoopress.codec.IntegrityException if a frame does not decode to its source: nothing
   *     of it was appended
   */
  public void add(ChunkId id, byte[] bytes, int offset, int length, FrameShape shape)
      throws IOException {
    if (known.add(id)) {
      grouper.add(id, shape, bytes, offset, length);
    }
  }

  /**
   * Adds a chunk of at least {@link #ALONE_BYTES} that may become a difference to a base, where
   * that is smaller.
   *
   * @param base bytes that predict the chunk's, from index 0 on, as they are decoded from the store
   * @param baseIds chunks that they are made of, for the pack's index
   * @return whether the chunk cannot be read without them; false also where this pack had the chunk
   */
  public boolean add(
      ChunkId id,
      byte[] bytes,
      int offset,
      int length,
      FrameShape shape,
      byte[] base,
      List<ChunkId> baseIds)
      throws IOException {
    if (length < ALONE_BYTES) {
      throw new IllegalArgumentException("a chunk of " + length + " bytes on a base");
    }
    if (!known.add(id)) {
      return false;
    }
    int stored = coder.encode("chunk " + id.hex(), bytes, offset, length, shape, base);
    boolean stands = coder.standsOnBase();
    writer.appendFrame(
        coder.encoded(),
        0,
        stored,
        length,
        shape.dtype(),
        stands ? baseIds : List.of(),
        List.of(new FrameChunk(id, 0, length)));
    return stands;
  }

  /** Raw bytes of small chunks that wait for company. */
  public long pendingBytes() {
    return grouper.pendingBytes();
  }

  /** Writes what waits, in order of dtype. */
  public void flush() throws IOException {
    grouper.flush();
  }

  private void append(byte[] raw, int offset, int length, FrameShape shape, List<FrameChunk> chunks)
      throws IOException {
    String what = "chunk " + chunks.get(0).id().hex();
    int stored = coder.encode(what, raw, offset, length, shape, null);
    writer.appendFrame(coder.encoded(), 0, stored, length, shape.dtype(), chunks);
  }

  /** Time spent in the encoder since the packer was made. */
  public long encodeNanos() {
    return coder.encodeNanos();
  }

  /** Time spent decoding and comparing since the packer was made. */
  public long verifyNanos() {
    return coder.verifyNanos();
  }

  @Override
  public void close() {
    coder.close();
  }
}
