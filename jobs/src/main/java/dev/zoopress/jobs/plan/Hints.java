package dev.zoopress.jobs.plan;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hashing;
import dev.zoopress.codec.ByteSource;
import java.io.IOException;
import java.io.Serializable;

/**
 * Guesses which chunks are equal from a few small samples: XXH3-128 over length and samples. A hint
 * is not an id: equal hints are checked by SHA-256 later. The element type takes no part, because
 * the same bytes may be called I8 here and U8 there.
 */
public final class Hints {
  /** Smaller chunks get no hint: reading them costs as much as looking at them. */
  public static final int MIN_CHUNK_BYTES = 1 << 16;

  private static final int MAX_SAMPLE_BYTES = 4096;
  private static final int MIN_SAMPLE_BYTES = 512;
  private static final int SMALL_SAMPLE_BYTES = 64;

  private final byte[] sample = new byte[8 + 3 * MAX_SAMPLE_BYTES];
  private long bytesRead;

  /** A hint: 128 bits. */
  public record Hint(long high, long low) implements Serializable {}

  /**
   * A hint with its place.
   *
   * @param unit the unit that will read the chunk
   */
  public record Row(
      long high, long low, int unit, int slice, int model, int content, long offset, int length)
      implements Serializable {}

  /** The hint of the chunk at {@code offset} of {@code source}, at least 64 KiB long. */
  public Hint read(ByteSource source, long offset, int length) throws IOException {
    int size = sampleBytes(length);
    int count = samples(length);
    for (int i = 0; i < count; i++) {
      source.readFully(offset + position(i, count, length, size), sample, 8 + i * size, size);
    }
    bytesRead += (long) count * size;
    return hash(length, count * size);
  }

  /** As {@link #read}, but also of smaller chunks, which only an estimate takes hints of. */
  public Hint any(ByteSource source, long offset, int length) throws IOException {
    if (length >= MIN_CHUNK_BYTES) {
      return read(source, offset, length);
    }
    int size = Math.min(length, SMALL_SAMPLE_BYTES);
    source.readFully(offset + (length - size) / 2, sample, 8, size);
    bytesRead += size;
    return hash(length, size);
  }

  /** The same hint, of a chunk that lies in memory. */
  public Hint of(byte[] bytes, int offset, int length) {
    int size = sampleBytes(length);
    int count = samples(length);
    for (int i = 0; i < count; i++) {
      int from = offset + position(i, count, length, size);
      System.arraycopy(bytes, from, sample, 8 + i * size, size);
    }
    return hash(length, count * size);
  }

  /** Bytes read for hints so far. */
  public long bytesRead() {
    return bytesRead;
  }

  private static int samples(int length) {
    return length < 1 << 20 ? 1 : 3;
  }

  private static int sampleBytes(int length) {
    return Math.max(MIN_SAMPLE_BYTES, Math.min(MAX_SAMPLE_BYTES, length >>> 12));
  }

  /** First, middle and last stretch; the middle alone where there is one sample. */
  private static int position(int i, int count, int length, int size) {
    return count == 1 ? (length - size) / 2 : (int) ((long) (length - size) * i / 2);
  }

  private Hint hash(int length, int sampled) {
    for (int i = 0; i < 8; i++) {
      sample[i] = (byte) ((long) length >>> 8 * i);
    }
    HashValue128 hash = Hashing.xxh3_128().hashBytesTo128Bits(sample, 0, 8 + sampled);
    return new Hint(hash.getMostSignificantBits(), hash.getLeastSignificantBits());
  }
}
