package dev.zoopress.codec.format;

import dev.zoopress.codec.ByteSource;
import dev.zoopress.codec.MalformedInputException;
import java.io.IOException;

/**
 * Reads little-endian values forward through a window of a source. Skipping costs nothing, so a
 * parser may step over gigabytes of tensor data; memory is one buffer, which grows while reading
 * goes straight on, because each refill may be a request to a remote store. Not safe for use by
 * several threads.
 */
final class SourceCursor {
  private static final int FIRST_READ_BYTES = 16 << 10;
  private static final int MAX_READ_BYTES = 1 << 20;

  /** A skip of less than this over a buffer's end still counts as reading on. */
  private static final int SMALL_GAP_BYTES = 1 << 10;

  private final ByteSource source;
  private final long endBytes;
  private byte[] buffer;
  private long bufferStart;
  private int bufferLength;
  private long position;

  /** A cursor over {@code [startBytes, endBytes)}, which must lie inside the source. */
  SourceCursor(ByteSource source, long startBytes, long endBytes) {
    if (startBytes < 0 || endBytes < startBytes || endBytes > source.size()) {
      throw new IllegalArgumentException(
          "window " + startBytes + " to " + endBytes + " of " + source.size());
    }
    this.source = source;
    this.endBytes = endBytes;
    this.position = startBytes;
    this.buffer = new byte[(int) Math.min(FIRST_READ_BYTES, endBytes - startBytes)];
  }

  long position() {
    return position;
  }

  long remaining() {
    return endBytes - position;
  }

  MalformedInputException malformed(String reason) {
    return malformed(position, reason);
  }

  MalformedInputException malformed(long offsetBytes, String reason) {
    return new MalformedInputException(source.name(), offsetBytes, reason);
  }

  int u8() throws IOException {
    return (int) next(1);
  }

  int u16() throws IOException {
    return (int) next(2);
  }

  int i32() throws IOException {
    return (int) next(4);
  }

  long u32() throws IOException {
    return next(4);
  }

  /** Eight bytes; where the format means them unsigned, a negative result is 2^63 or more. */
  long i64() throws IOException {
    return next(8);
  }

  /** The next {@code length} bytes; the caller has bounded {@code length}. */
  byte[] bytes(int length) throws IOException {
    require(length);
    byte[] result = new byte[length];
    int done = 0;
    while (done < length) {
      if (buffered() == 0) {
        if (length - done >= buffer.length) {
          source.readFully(position, result, done, length - done);
          position += length - done;
          return result;
        }
        refill();
      }
      int step = Math.min(buffered(), length - done);
      System.arraycopy(buffer, (int) (position - bufferStart), result, done, step);
      position += step;
      done += step;
    }
    return result;
  }

  /** Steps over {@code lengthBytes}, taken as unsigned. */
  void skip(long lengthBytes) throws IOException {
    require(lengthBytes);
    position += lengthBytes;
  }

  private long next(int width) throws IOException {
    require(width);
    long value = 0;
    for (int i = 0; i < width; i++) {
      if (buffered() == 0) {
        refill();
      }
      value |= (buffer[(int) (position - bufferStart)] & 0xffL) << (8 * i);
      position++;
    }
    return value;
  }

  private void require(long lengthBytes) throws MalformedInputException {
    if (lengthBytes < 0 || lengthBytes > remaining()) {
      throw malformed(
          "needs " + Long.toUnsignedString(lengthBytes) + " bytes, " + remaining() + " are left");
    }
  }

  private int buffered() {
    long ahead = bufferStart + bufferLength - position;
    return position < bufferStart || ahead < 0 ? 0 : (int) ahead;
  }

  private void refill() throws IOException {
    long gap = position - bufferStart - bufferLength;
    boolean isStraightOn = bufferLength > 0 && gap >= 0 && gap < SMALL_GAP_BYTES;
    int wanted = isStraightOn ? Math.min(2 * bufferLength, MAX_READ_BYTES) : FIRST_READ_BYTES;
    int length = (int) Math.min(wanted, remaining());
    if (length > buffer.length) {
      buffer = new byte[length];
    }
    source.readFully(position, buffer, 0, length);
    bufferStart = position;
    bufferLength = length;
  }
}
