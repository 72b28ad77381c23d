package dev.zoopress.codec.context;

import static dev.zoopress.codec.entropy.LittleEndian.putShort;

import dev.zoopress.codec.frame.FrameCursor;
import java.io.IOException;
import java.util.Arrays;

/**
 * Elements of a block that are stored as they are: count u24, then for each in order of place how
 * many elements lie between it and the one before (LEB128), and its bytes. Not thread-safe.
 */
public final class ExceptionList {
  private int[] places = new int[256];
  private int count;

  /** Forgets all. */
  public void clear() {
    count = 0;
  }

  /** Adds the element at {@code place} of the block; any order, no matter how often. */
  public void add(int place) {
    if (count == places.length) {
      places = Arrays.copyOf(places, 2 * count);
    }
    places[count++] = place;
  }

  /** How many were added. */
  public int count() {
    return count;
  }

  /**
   * Writes the list with elements of {@code width} bytes from {@code source[from...]}; returns the
   * end, or -1 if that might pass {@code limit}.
   */
  public int write(byte[] source, int from, int width, byte[] target, int at, int limit) {
    int[] sorted = Arrays.stream(places, 0, count).sorted().distinct().toArray();
    if (at + 3 + sorted.length * (3 + width) > limit) {
      return -1;
    }
    putShort(target, at, sorted.length);
    target[at + 2] = (byte) (sorted.length >>> 16);
    at += 3;
    int previous = -1;
    for (int place : sorted) {
      int gap = place - previous - 1;
      previous = place;
      while (gap >= 0x80) {
        target[at++] = (byte) (gap | 0x80);
        gap >>>= 7;
      }
      target[at++] = (byte) gap;
      System.arraycopy(source, from + place * width, target, at, width);
      at += width;
    }
    return at;
  }

  /** Checks a list for a block of {@code elements}, moves over it, and returns where it starts. */
  public static int skip(FrameCursor body, int elements, int width) throws IOException {
    int from = body.skip(0);
    int exceptions = body.u24();
    long place = -1;
    for (int i = 0; i < exceptions; i++) {
      long gap = 0;
      int shift = 0;
      int next;
      do {
        next = body.u8();
        gap |= (long) (next & 0x7f) << shift;
        shift += 7;
      } while (next >= 0x80 && shift < 28);
      place += gap + 1;
      if (next >= 0x80 || place >= elements) {
        throw body.damaged("exception at element " + place + " of " + elements);
      }
      body.skip(width);
    }
    return from;
  }

  /** Puts the elements of a list that {@link #skip} has checked into {@code target[at...]}. */
  public static void apply(byte[] bytes, int from, int width, byte[] target, int at) {
    int count = bytes[from] & 0xff | (bytes[from + 1] & 0xff) << 8 | (bytes[from + 2] & 0xff) << 16;
    int read = from + 3;
    int place = -1;
    for (int i = 0; i < count; i++) {
      int gap = 0;
      int shift = 0;
      int next;
      do {
        next = bytes[read++];
        gap |= (next & 0x7f) << shift;
        shift += 7;
      } while (next < 0);
      place += gap + 1;
      System.arraycopy(bytes, read, target, at + place * width, width);
      read += width;
    }
  }
}
