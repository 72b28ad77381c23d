package dev.zoopress.codec.context;

import dev.zoopress.codec.entropy.RangeDecoder;
import dev.zoopress.codec.entropy.RangeEncoder;

/**
 * Row or column terms in a frame's shared bytes: the least as 16 bits, then each one's distance
 * from it by a tree of 8 bits.
 */
public final class TermFormat {
  private TermFormat() {}

  /** Writes terms, all within 255 of each other. */
  public static void write(int[] terms, RangeEncoder out) {
    int least = Integer.MAX_VALUE;
    for (int term : terms) {
      least = Math.min(least, term);
    }
    out.direct(least & 0xffff, 16);
    short[] models = RangeEncoder.models(256);
    for (int term : terms) {
      out.tree(models, 0, 8, term - least);
    }
  }

  /** Reads {@code count} terms. */
  public static int[] read(int count, RangeDecoder in) {
    int[] terms = new int[count];
    int least = (short) in.direct(16);
    short[] models = RangeEncoder.models(256);
    for (int i = 0; i < count; i++) {
      terms[i] = least + in.tree(models, 0, 8);
    }
    return terms;
  }
}
