package dev.zoopress.codec.entropy;

/**
 * How the weight codes of {@link SymbolTables} are predicted and written: each from the symbol
 * before it, or from a table before it at the same or a slightly lower symbol.
 */
final class WeightModels {
  /** References a table can choose from; see {@link #reference}. */
  private static final int REFERENCES = 7;

  private static final int ZERO = 0;
  private static final int DIFFERENCE = 8;
  private static final int FAR = DIFFERENCE + 3 * 32;

  /** Models needed. */
  static final int COUNT = FAR + 32;

  private static final int NEAR = 31;

  private WeightModels() {}

  /** The first table has nothing before it. */
  static int references(int context) {
    return context == 0 ? 2 : REFERENCES;
  }

  /**
   * The code that reference {@code kind} offers for a symbol: 0 none, 1 the same symbol without its
   * top bit, 2 to 4 the table before at {@code symbol - (kind - 2)}, 5 and 6 the tables two and
   * four before it at the same symbol.
   */
  private static int reference(char[] codes, int context, int symbol, int kind) {
    int at = context * SymbolTables.SYMBOLS + symbol;
    switch (kind) {
      case 0:
        return -1;
      case 1:
        return symbol >= 128 ? codes[at - 128] : -1;
      case 2:
      case 3:
      case 4:
        return symbol < kind - 2 ? 0 : codes[at - SymbolTables.SYMBOLS - (kind - 2)];
      default:
        int back = kind == 5 ? 2 : 4;
        return context < back ? -1 : codes[at - back * SymbolTables.SYMBOLS];
    }
  }

  private static int previous(char[] codes, int context, int symbol) {
    return symbol == 0 ? 0 : codes[context * SymbolTables.SYMBOLS + symbol - 1];
  }

  /** How far the codes of a table are from those of a reference. */
  static long distance(char[] codes, int context, int kind) {
    long distance = 0;
    for (int s = 0; s < SymbolTables.SYMBOLS; s++) {
      int code = codes[context * SymbolTables.SYMBOLS + s];
      int reference = reference(codes, context, s, kind);
      int predicted = reference < 0 ? previous(codes, context, s) : reference;
      distance += Math.min(20, Math.abs(code - predicted));
    }
    return distance;
  }

  private static int zeroModel(int reference, int previous) {
    int class0 = reference < 0 ? 0 : reference == 0 ? 1 : 2;
    return ZERO + 2 * class0 + (previous == 0 ? 0 : 1);
  }

  private static int predicted(int reference, int previous) {
    return reference > 0 ? reference : previous;
  }

  static void write(
      RangeEncoder out, short[] models, char[] codes, int context, int symbol, int kind) {
    int code = codes[context * SymbolTables.SYMBOLS + symbol];
    int reference = reference(codes, context, symbol, kind);
    int previous = previous(codes, context, symbol);
    out.bit(models, zeroModel(reference, previous), code == 0 ? 0 : 1);
    if (code != 0) {
      int difference = code - predicted(reference, previous);
      int folded = difference < 0 ? -2 * difference - 1 : 2 * difference;
      int first = DIFFERENCE + 32 * (reference > 0 ? 2 : reference == 0 ? 1 : 0);
      out.tree(models, first, 5, Math.min(folded, NEAR));
      if (folded >= NEAR) {
        out.number(models, FAR, folded - NEAR);
      }
    }
  }

  /** The code, or something out of range where the input is damaged. */
  static int read(
      RangeDecoder in, short[] models, char[] codes, int context, int symbol, int kind) {
    int reference = reference(codes, context, symbol, kind);
    int previous = previous(codes, context, symbol);
    if (in.bit(models, zeroModel(reference, previous)) == 0) {
      return 0;
    }
    int first = DIFFERENCE + 32 * (reference > 0 ? 2 : reference == 0 ? 1 : 0);
    int folded = in.tree(models, first, 5);
    if (folded == NEAR) {
      folded += in.number(models, FAR);
    }
    int difference = (folded & 1) != 0 ? -((folded >>> 1) + 1) : folded >>> 1;
    int code = predicted(reference, previous) + difference;
    return code == 0 ? -1 : code;
  }
}
