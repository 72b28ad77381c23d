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
    if (!ListedTensors.codes(dtype)) {
      throw new IllegalArgumentException("ZipNN has no coding for " + dtype);
    }
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
}
