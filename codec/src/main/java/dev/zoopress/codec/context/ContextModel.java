package dev.zoopress.codec.context;

import static dev.zoopress.codec.entropy.LittleEndian.getLong;
import static dev.zoopress.codec.entropy.LittleEndian.putLong;
import static dev.zoopress.codec.entropy.LittleEndian.putShort;

import dev.zoopress.codec.tensor.DType;
import java.util.Arrays;

/**
 * Says for each element of a frame by how much its magnitude is moved, whether its sign is flipped,
 * and in which context its symbol is coded. Not thread-safe.
 */
final class ContextModel {
  /** How contexts come about. */
  enum Kind {
    /** One addend for all, one context. */
    FLAT,
    /**
     * z = row term + column term, in quarter octaves: its whole octaves move the exponent, its
     * fraction and the column's sign class are the context.
     */
    SCALED,
    /** The context is row term + column term, clamped to 0 to 15; nothing moves. */
    LEVELS
  }

  /** Steps per octave. */
  static final int PHASES = 4;

  /** Contexts of {@link Kind#LEVELS}. */
  static final int LEVELS = 16;

  private final Kind kind;
  private final boolean bytes;
  private final int mantissaBits;
  private final int addend;
  private final int classes;
  private final Grid grid;
  private final int[] rows;
  private final int[] columns;
  private final byte[] signs;

  private final byte[][] addendsOf;
  private final byte[][] contextsOf;
  private final boolean inOrder;

  private ContextModel(
      Kind kind,
      boolean bytes,
      int mantissaBits,
      int addend,
      int classes,
      Grid grid,
      int[] rows,
      int[] columns,
      byte[] signs) {
    this.kind = kind;
    this.bytes = bytes;
    this.mantissaBits = mantissaBits;
    this.addend = addend;
    this.classes = classes;
    this.grid = grid;
    this.rows = rows;
    this.columns = columns;
    this.signs = signs;
    int variants = kind == Kind.SCALED ? PHASES : kind == Kind.LEVELS ? LEVELS : 0;
    addendsOf = new byte[variants][];
    contextsOf = new byte[variants][];
    inOrder =
        !bytes && kind != Kind.FLAT && (grid.columns() & 7) == 0 && (grid.firstColumn() & 7) == 0;
  }

  /** Every element has {@code addend} and context 0. */
  static ContextModel flat(boolean bytes, int addend) {
    return new ContextModel(Kind.FLAT, bytes, 0, addend, 1, null, null, null, null);
  }

  /**
   * The two-way scale.
   *
   * @param addend what is added to the magnitude of an element of scale 0
   * @param signs per column, class * 2 + flip; the class is below {@code classes}
   */
  static ContextModel scaled(
      boolean bytes,
      int mantissaBits,
      int addend,
      Grid grid,
      int[] rows,
      int[] columns,
      int classes,
      byte[] signs) {
    return new ContextModel(
        Kind.SCALED, bytes, mantissaBits, addend, classes, grid, rows, columns, signs);
  }

  /** Contexts without moves. Row terms are 0 to 15, column terms -15 to 15. */
  static ContextModel levels(Grid grid, int[] rows, int[] columns) {
    return new ContextModel(Kind.LEVELS, true, 0, 0, 1, grid, rows, columns, null);
  }

  /** Mantissa bits of the floats of one byte that can be scaled. */
  static int mantissaBits(DType dtype) {
    return dtype == DType.F8_E5M2 || dtype == DType.F8_E5M2FNUZ ? 2 : 3;
  }

  Kind kind() {
    return kind;
  }

  int addend() {
    return addend;
  }

  int classes() {
    return classes;
  }

  int[] rows() {
    return rows;
  }

  int[] columns() {
    return columns;
  }

  byte[] signs() {
    return signs;
  }

  /** Number of tables. */
  int contexts() {
    return kind == Kind.FLAT ? 1 : kind == Kind.LEVELS ? LEVELS : PHASES * classes;
  }

  /**
   * Fills in elements {@code first} to {@code first + count}, first a multiple of 8. Addends are 2
   * bytes for words, 1 for bytes; contexts of words lie in the order of {@link WordTransform}. The
   * contexts that fill up the last group of eight are 0.
   */
  void fill(int first, int count, byte[] addends, byte[] contexts) {
    if (kind == Kind.FLAT) {
      fillFlat(count, addends);
      return;
    }
    int width = bytes ? 1 : 2;
    long at = (long) grid.firstColumn() + first;
    int row = (int) (at / grid.columns());
    int column = (int) (at % grid.columns());
    for (int i = 0; i < count; ) {
      int run = Math.min(grid.columns() - column, count - i);
      int term = rows[row];
      int variant = kind == Kind.SCALED ? term & PHASES - 1 : term;
      byte[] pattern = addendsOf[variant];
      if (pattern == null) {
        prepare(variant);
        pattern = addendsOf[variant];
      }
      int copied = inOrder ? run + 7 & ~7 : run;
      System.arraycopy(contextsOf[variant], column, contexts, i, copied);
      if (kind == Kind.SCALED) {
        int move = -(term >> 2) << mantissaBits;
        if (bytes) {
          addBytes(pattern, column, (move & 0x7f) * 0x0101010101010101L, run, addends, i);
        } else {
          addWords(pattern, 2 * column, (move & 0x7fff) * 0x0001000100010001L, run, addends, 2 * i);
        }
      } else {
        Arrays.fill(addends, i * width, (i + run) * width, (byte) 0);
      }
      i += run;
      column = 0;
      row++;
    }
    if (inOrder) {
      for (int i = count; (i & 7) != 0; i++) {
        contexts[(i & ~7) + WordTransform.PLACE[i & 7]] = 0;
      }
      return;
    }
    Arrays.fill(contexts, count, count + 7 & ~7, (byte) 0);
    if (!bytes) {
      reorder(contexts, count);
    }
  }

  private void fillFlat(int count, byte[] addends) {
    long lanes = bytes ? addend * 0x0101010101010101L : addend * 0x0001000100010001L;
    for (int i = 0; i < (bytes ? count : 2 * count); i += 8) {
      putLong(addends, i, lanes);
    }
  }

  private static void addWords(byte[] from, int at, long move, int count, byte[] to, int toAt) {
    for (int i = 0; i < 2 * count; i += 8) {
      long pattern = getLong(from, at + i);
      long sum = (pattern & 0x7fff7fff7fff7fffL) + move & 0x7fff7fff7fff7fffL;
      putLong(to, toAt + i, sum | pattern & 0x8000800080008000L);
    }
  }

  private static void addBytes(byte[] from, int at, long move, int count, byte[] to, int toAt) {
    for (int i = 0; i < count; i += 8) {
      long pattern = getLong(from, at + i);
      long sum = (pattern & 0x7f7f7f7f7f7f7f7fL) + move & 0x7f7f7f7f7f7f7f7fL;
      putLong(to, toAt + i, sum | pattern & 0x8080808080808080L);
    }
  }

  /** Groups of eight from natural order to that of {@link WordTransform}. */
  private static void reorder(byte[] contexts, int count) {
    for (int i = 0; i < count; i += 8) {
      long natural = getLong(contexts, i);
      long even = natural & 0xffffffffL;
      even = (even | even << 16) & 0x0000ffff0000ffffL;
      even = (even | even << 8) & 0x00ff00ff00ff00ffL;
      long odd = natural >>> 32;
      odd = (odd | odd << 16) & 0x0000ffff0000ffffL;
      odd = (odd | odd << 8) & 0x00ff00ff00ff00ffL;
      putLong(contexts, i, even | odd << 8);
    }
  }

  private void prepare(int variant) {
    int count = grid.columns();
    byte[] contexts = new byte[count + 8];
    byte[] addends = new byte[(bytes ? count : 2 * count) + 16];
    for (int j = 0; j < count; j++) {
      int z = variant + columns[j];
      if (kind == Kind.LEVELS) {
        contexts[j] = (byte) Math.max(0, Math.min(LEVELS - 1, z));
        continue;
      }
      int sign = signs == null ? 0 : signs[j];
      contexts[j] = (byte) ((sign >> 1) * PHASES + (z & PHASES - 1));
      int moved = addend - ((z >> 2) << mantissaBits);
      if (bytes) {
        addends[j] = (byte) (moved & 0x7f | (sign & 1) << 7);
      } else {
        putShort(addends, 2 * j, moved & 0x7fff | (sign & 1) << 15);
      }
    }
    if (inOrder) {
      reorder(contexts, count);
    }
    contextsOf[variant] = contexts;
    addendsOf[variant] = addends;
  }
}
