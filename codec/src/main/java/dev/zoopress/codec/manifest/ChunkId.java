package dev.zoopress.codec.manifest;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * SHA-256 of a chunk's raw bytes: its identity and the key of deduplication. The four longs are the
 * digest, big-endian; the order is that of the digest's bytes.
 */
public record ChunkId(long a, long b, long c, long d) implements Comparable<ChunkId>, Serializable {
  public static final int BYTES = 32;

  /** The id in {@code digest[offset, offset + 32)}. */
  public static ChunkId of(byte[] digest, int offset) {
    ByteBuffer in = ByteBuffer.wrap(digest, offset, BYTES);
    return new ChunkId(in.getLong(), in.getLong(), in.getLong(), in.getLong());
  }

  /** The id of a 32-byte digest. */
  public static ChunkId of(byte[] digest) {
    if (digest.length != BYTES) {
      throw new IllegalArgumentException("digest of " + digest.length + " bytes");
    }
    return of(digest, 0);
  }

  /**
   * The id that {@link #hex()} printed.
   *
   * @throws IllegalArgumentException if {@code hex} is not 64 hex digits
   */
  public static ChunkId parse(String hex) {
    return of(HexFormat.of().parseHex(hex));
  }

  /** 64 lower-case hex digits. */
  public String hex() {
    return HexFormat.of().formatHex(bytes());
  }

  /** The digest. */
  public byte[] bytes() {
    return ByteBuffer.allocate(BYTES).putLong(a).putLong(b).putLong(c).putLong(d).array();
  }

  @Override
  public int compareTo(ChunkId other) {
    int order = Long.compareUnsigned(a, other.a);
    order = order != 0 ? order : Long.compareUnsigned(b, other.b);
    order = order != 0 ? order : Long.compareUnsigned(c, other.c);
    return order != 0 ? order : Long.compareUnsigned(d, other.d);
  }

  @Override
  public String toString() {
    return hex();
  }
}
