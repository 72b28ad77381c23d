package dev.zoopress.codec.pack;

import dev.zoopress.codec.Effort;
import dev.zoopress.codec.IntegrityException;
import dev.zoopress.codec.frame.BaseBytes;
import dev.zoopress.codec.frame.FrameDecoder;
import dev.zoopress.codec.frame.FrameEncoder;
import dev.zoopress.codec.frame.FrameKind;
import dev.zoopress.codec.frame.FrameShape;
import java.io.Closeable;
import java.io.IOException;

/**
 * Encodes frames and proves that they decode to what went in. Memory: a buffer of the longest frame
 * seen (at most 17 MiB) and the coders' scratch. One thread at a time.
 */
final class FrameCoder implements Closeable {
  private final FrameEncoder encoder;
  private final FrameDecoder decoder = new FrameDecoder();
  private byte[] encoded = {};
  private long encodeNanos;
  private long verifyNanos;

  /** A coder of the given effort. */
  FrameCoder(Effort effort) {
    encoder = new FrameEncoder(effort);
  }

  /**
   * Encodes {@code raw[offset, offset + length)} into {@link #encoded()}, decodes that and compares
   * it with its source; returns the encoded length.
   *
   * @param what names the bytes in errors
   * @param base bytes that predict the frame, from index 0 on; null for none. Whether the frame
   *     stands on them is {@link #standsOnBase()}.
   * @throws IntegrityException if what is decoded differs: a fault of coder or machine
   */
  int encode(String what, byte[] raw, int offset, int length, FrameShape shape, byte[] base)
      throws IOException {
    int room = FrameEncoder.maxEncodedLength(length);
    if (encoded.length < room) {
      encoded = new byte[room];
    }
    long start = System.nanoTime();
    int stored =
        base == null
            ? encoder.encode(raw, offset, length, shape, encoded, 0)
            : encoder.encode(raw, offset, length, shape, base, 0, encoded, 0);
    long middle = System.nanoTime();
    encodeNanos += middle - start;
    BaseBytes bytes = base == null ? null : BaseBytes.of(base, 0);
    int differs = decoder.mismatch(what, encoded, 0, stored, bytes, raw, offset, length);
    verifyNanos += System.nanoTime() - middle;
    if (differs >= 0) {
      byte[] decoded = new byte[length];
      decoder.decode(what, 0, encoded, 0, stored, bytes, decoded, 0, length);
      throw new IntegrityException(
          what + ": byte " + differs + " of " + length + " after decoding",
          String.format("%02x", raw[offset + differs]),
          String.format("%02x", decoded[differs]));
    }
    return stored;
  }

  /** Whether the last frame cannot be read without its base. */
  boolean standsOnBase() {
    return FrameKind.ofCode(encoded[0]).needsBase();
  }

  /** Holds the last frame from index 0 on, until the next one is encoded. */
  byte[] encoded() {
    return encoded;
  }

  long encodeNanos() {
    return encodeNanos;
  }

  long verifyNanos() {
    return verifyNanos;
  }

  @Override
  public void close() {
    encoder.close();
    decoder.close();
  }
}
