package dev.zoopress.codec.pack;

import dev.zoopress.codec.Effort;
import dev.zoopress.codec.IntegrityException;
import dev.zoopress.codec.frame.FrameDecoder;
import dev.zoopress.codec.frame.FrameEncoder;
import dev.zoopress.codec.frame.FrameShape;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.tensor.DType;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Makes frames of chunks and appends them to a pack: a chunk of at least 64 KiB alone, smaller ones
 * of one dtype together up to 1 MiB. Every frame is decoded again and compared with its source
 * before it is appended.
 *
 * <p>What is written depends on the chunks and their order only. Holds an encode buffer of about 17
 * MiB, a decode buffer of up to 16 MiB, 1 MiB for each dtype that has small chunks, and the coders'
 * scratch. Not thread-safe.
 */
public final class FramePacker implements Closeable {
  /** Chunks of at least this many bytes get a frame of their own. */
  public static final int ALONE_BYTES = 1 << 16;

  /** Small chunks share a frame of at most this many raw bytes. */
  public static final int SHARED_BYTES = 1 << 20;

  private final FrameEncoder encoder;
  private final FrameDecoder decoder = new FrameDecoder();
  private final Map<DType, SmallChunks> small = new EnumMap<>(DType.class);
  private byte[] encoded = new byte[0];
  private byte[] decoded = new byte[0];
  private PackWriter writer;
  private long encodeNanos;
  private long verifyNanos;

  /** A packer of the given effort, to be given a pack by {@link #begin}. */
  public FramePacker(Effort effort) {
    encoder = new FrameEncoder(effort);
  }

  /**
   * Appends to {@code pack} from now on; the packer must have been flushed. The pack is not closed
   * by the packer.
   */
  public void begin(PackWriter pack) {
    if (small.values().stream().anyMatch(s -> s.length > 0)) {
      throw new IllegalStateException("chunks of the previous pack were not flushed");
    }
    writer = Objects.requireNonNull(pack);
  }

  /**
   * Adds a chunk; small chunks may be written later, at the latest by {@link #flush}.
   *
   * @throws IntegrityException if a frame does not decode to its source: nothing of it was appended
   */
  public void add(ChunkId id, byte[] bytes, int offset, int length, FrameShape shape)
      throws IOException {
    if (length >= ALONE_BYTES) {
      append(bytes, offset, length, shape, List.of(new FrameChunk(id, 0, length)));
      return;
    }
    SmallChunks pending = small.computeIfAbsent(shape.dtype(), d -> new SmallChunks());
    if (pending.length + length > SHARED_BYTES) {
      flush(pending, shape.dtype());
    }
    pending.add(id, bytes, offset, length, shape);
  }

  /** Raw bytes of small chunks that wait for company. */
  public long pendingBytes() {
    return small.values().stream().mapToLong(s -> s.length).sum();
  }

  /** Writes what waits, in order of dtype. */
  public void flush() throws IOException {
    for (Map.Entry<DType, SmallChunks> entry : small.entrySet()) {
      flush(entry.getValue(), entry.getKey());
    }
  }

  private void flush(SmallChunks pending, DType dtype) throws IOException {
    if (pending.length > 0) {
      FrameShape shape = pending.chunks.size() == 1 ? pending.shape : FrameShape.flat(dtype);
      append(pending.bytes, 0, pending.length, shape, pending.chunks);
      pending.clear();
    }
  }

  private void append(
      byte[] bytes, int offset, int length, FrameShape shape, List<FrameChunk> chunks)
      throws IOException {
    int capacity = FrameEncoder.maxEncodedLength(length);
    if (encoded.length < capacity) {
      encoded = new byte[capacity];
    }
    if (decoded.length < length) {
      decoded = new byte[length];
    }
    long start = System.nanoTime();
    int stored = encoder.encode(bytes, offset, length, shape, encoded, 0);
    long middle = System.nanoTime();
    encodeNanos += middle - start;
    decoder.decode("new frame", 0, encoded, 0, stored, decoded, 0, length);
    int wrong = Arrays.mismatch(bytes, offset, offset + length, decoded, 0, length);
    verifyNanos += System.nanoTime() - middle;
    if (wrong >= 0) {
      throw new IntegrityException(
          "chunk " + chunks.get(0).id().hex() + ", frame byte " + wrong,
          Integer.toHexString(bytes[offset + wrong] & 255),
          Integer.toHexString(decoded[wrong] & 255));
    }
    writer.appendFrame(encoded, 0, stored, length, shape.dtype(), chunks);
  }

  /** Time spent in the encoder since the packer was made. */
  public long encodeNanos() {
    return encodeNanos;
  }

  /** Time spent decoding and comparing since the packer was made. */
  public long verifyNanos() {
    return verifyNanos;
  }

  @Override
  public void close() {
    encoder.close();
    decoder.close();
  }

  private static final class SmallChunks {
    private final byte[] bytes = new byte[SHARED_BYTES];
    private List<FrameChunk> chunks = new ArrayList<>();
    private FrameShape shape;
    private int length;

    void add(ChunkId id, byte[] source, int offset, int count, FrameShape chunkShape) {
      System.arraycopy(source, offset, bytes, length, count);
      chunks.add(new FrameChunk(id, length, count));
      shape = chunkShape;
      length += count;
    }

    void clear() {
      chunks = new ArrayList<>();
      length = 0;
    }
  }
}
