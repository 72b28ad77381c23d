package dev.zoopress.codec.zipnn;

import dev.zoopress.codec.ByteSource;
import java.io.IOException;
import java.util.Arrays;

/**
 * Reads ahead at a few places at once: the groups of a segment lie far apart, and are read in turn.
 * Closes nothing. Not thread-safe.
 */
final class Windows implements ByteSource {
  private static final int WINDOW_BYTES = 1 << 20;
  private static final int COUNT = 6;

  private final ByteSource source;
  private final byte[][] windows = new byte[COUNT][];
  private final long[] numbers = new long[COUNT];
  private final long[] used = new long[COUNT];
  private long clock;

  Windows(ByteSource source) {
    this.source = source;
    Arrays.fill(numbers, -1);
  }

  @Override
  public String name() {
    return source.name();
  }

  @Override
  public long size() {
    return source.size();
  }

  @Override
  public void readFully(long positionBytes, byte[] target, int offset, int length)
      throws IOException {
    int done = 0;
    while (done < length) {
      long at = positionBytes + done;
      int slot = slot(at / WINDOW_BYTES);
      int from = (int) (at % WINDOW_BYTES);
      int n = Math.min(length - done, WINDOW_BYTES - from);
      System.arraycopy(windows[slot], from, target, offset + done, n);
      done += n;
    }
  }

  private int slot(long number) throws IOException {
    int oldest = 0;
    for (int i = 0; i < COUNT; i++) {
      if (numbers[i] == number) {
        used[i] = ++clock;
        return i;
      }
      oldest = used[i] < used[oldest] ? i : oldest;
    }
    if (windows[oldest] == null) {
      windows[oldest] = new byte[WINDOW_BYTES];
    }
    numbers[oldest] = -1;
    long start = number * WINDOW_BYTES;
    int length = (int) Math.min(WINDOW_BYTES, source.size() - start);
    source.readFully(start, windows[oldest], 0, length);
    numbers[oldest] = number;
    used[oldest] = ++clock;
    return oldest;
  }
}
