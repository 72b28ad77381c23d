package dev.zoopress.codec.delta;

/** Ordered values, contexts and symbols of a stretch of a frame and its base. Not thread-safe. */
final class DeltaStrip {
  /** Most elements of a strip; strips start at multiples of it. */
  static final int LENGTH = 4096;

  /** The symbol of a difference without high bits. */
  static final int CENTRE = 128;

  final int[] base = new int[LENGTH];
  final int[] values = new int[LENGTH];
  final byte[] contexts = new byte[LENGTH + 8];
  final byte[] symbols = new byte[LENGTH + 8];

  /** Loads base and source; the domain's differences are then {@link #difference}. */
  void load(Domain domain, byte[] source, int at, byte[] from, int baseAt, int run) {
    domain.load(source, at, run, values);
    domain.load(from, baseAt, run, base);
  }

  /** The difference of element {@code i}; wraps in 32 bits, for bytes in 8. */
  int difference(int i, boolean bytes) {
    int difference = values[i] - base[i];
    return bytes ? (byte) difference : difference;
  }
}
