package dev.zoopress.codec.zipnn;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.tensor.DType;
import java.io.IOException;
import java.io.OutputStream;

/** Writes whole files as ZipNN's {@code .znn}: one segment, or slices one behind the other. */
public final class ZipnnStream {
  /** A segment is built in memory; longer files are written in slices, which every reader takes. */
  public static final long MAX_SEGMENT_BYTES = 1L << 29;

  private static final int LOG2_SLICE = 20;

  private ZipnnStream() {}

  /** How a file is cut. */
  public enum Cut {
    /** One segment up to {@link #MAX_SEGMENT_BYTES}, slices beyond. */
    WHOLE,
    /** Slices of 1 MiB. */
    SLICES
  }

  /**
   * Writes the ZipNN form of {@code source}, its bytes taken as elements of {@code dtype}, and
   * returns its length.
   *
   * @throws IllegalArgumentException if ZipNN has no coding for {@code dtype}
   */
  public static long encode(ByteSource source, OutputStream out, DType dtype, Cut cut)
      throws IOException {
    requireCoded(dtype);
    ZipnnWriter writer = new ZipnnWriter();
    boolean slices = cut == Cut.SLICES || source.size() > MAX_SEGMENT_BYTES;
    int most = slices ? 1 << LOG2_SLICE : (int) source.size();
    byte[] buffer = new byte[(int) Math.min(most, source.size())];
    long position = 0;
    long written = 0;
    do {
      int n = (int) Math.min(buffer.length, source.size() - position);
      source.readFully(position, buffer, 0, n);
      byte[] segment = writer.bytes(buffer, 0, n, dtype, slices ? LOG2_SLICE : 0);
      out.write(segment);
      written += segment.length;
      position += n;
    } while (position < source.size());
    return written;
  }

  /**
   * Writes {@code source} as its difference from {@code base}, in one segment, and returns its
   * length. The package reads deltas of one segment only.
   *
   * @throws IllegalArgumentException if ZipNN has no coding for {@code dtype}, the lengths differ,
   *     or they are above {@link #MAX_SEGMENT_BYTES}
   */
  public static long encodeDelta(ByteSource source, ByteSource base, OutputStream out, DType dtype)
      throws IOException {
    requireCoded(dtype);
    if (source.size() != base.size() || source.size() > MAX_SEGMENT_BYTES) {
      throw new IllegalArgumentException(
          "%s has %d bytes, its base %s %d: a delta needs the same, at most %d"
              .formatted(
                  source.name(), source.size(), base.name(), base.size(), MAX_SEGMENT_BYTES));
    }
    byte[] xored = new byte[(int) source.size()];
    byte[] other = new byte[xored.length];
    source.readFully(0, xored, 0, xored.length);
    base.readFully(0, other, 0, other.length);
    ZipnnReader.xor(xored, other, xored.length);
    byte[] segment = new ZipnnWriter().delta(xored, 0, xored.length, dtype);
    out.write(segment);
    return segment.length;
  }

  private static void requireCoded(DType dtype) {
    if (!ListedTensors.codes(dtype)) {
      throw new IllegalArgumentException("ZipNN has no coding for " + dtype);
    }
  }
}
