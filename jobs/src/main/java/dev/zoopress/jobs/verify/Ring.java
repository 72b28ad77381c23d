package dev.zoopress.jobs.verify;

import dev.zoopress.codec.manifest.ChunkLocation;
import java.io.Serializable;

/**
 * A stretch of the ring on which every frame has its place, given by pack and offset alone.
 *
 * @param from 0 to 1
 * @param length 0 to 1; goes on at 0 behind the end
 */
record Ring(double from, double length) implements Serializable {
  double to() {
    double end = from + length;
    return end > 1 ? end - 1 : end;
  }

  boolean contains(ChunkLocation at) {
    double place = place(at);
    double distance = place >= from ? place - from : place + 1 - from;
    return distance < length;
  }

  /** Part {@code i} of {@code count}. */
  Ring part(int i, int count) {
    double start = from + length * i / count;
    return new Ring(start >= 1 ? start - 1 : start, length / count);
  }

  private static double place(ChunkLocation at) {
    long hash = Long.parseUnsignedLong(at.pack().substring(0, 16), 16) ^ at.frameOffset();
    hash = (hash ^ hash >>> 30) * 0xBF58476D1CE4E5B9L;
    hash = (hash ^ hash >>> 27) * 0x94D049BB133111EBL;
    hash ^= hash >>> 31;
    return (hash >>> 11) * 0x1.0p-53;
  }
}
