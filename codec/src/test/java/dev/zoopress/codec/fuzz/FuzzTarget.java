package dev.zoopress.codec.fuzz;

import java.io.Closeable;
import java.util.Random;

/** A reader of something, with a source of inputs that are nearly sound. One thread. */
public interface FuzzTarget extends Closeable {
  /** How far an input got. */
  enum Reach {
    /** Refused at its header. */
    HEADER,
    /** Refused behind it. */
    REFUSED,
    /** Read to the end. */
    ACCEPTED
  }

  String name();

  /** The next input; may take its time and memory. */
  byte[] next(Random random);

  /**
   * Reads the input that {@link #next} returned last. Throws nothing where the reader kept to its
   * contract; catches the exceptions that the reader declares for bad input.
   */
  Reach read(byte[] input) throws Exception;

  /** What a read may allocate whatever the input's length: buffers that grow once, tables. */
  default long freeBytes() {
    return 1 << 20;
  }

  @Override
  default void close() {}
}
