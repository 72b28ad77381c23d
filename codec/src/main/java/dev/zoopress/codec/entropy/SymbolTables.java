package dev.zoopress.codec.entropy;

import java.util.Arrays;

/**
 * Symbol frequencies of a few contexts over one byte alphabet, quantised to what is written in a
 * frame. One symbol, {@link #escape()}, stands for all that are too rare to have a place.
 *
 * <p>A written weight is a code: 0 for absent, else {@code 1 + (exponent << P | mantissa)} for the
 * weight {@code (2^P + mantissa) << exponent}. Both sides derive the frequencies from the codes
 * with the same integer arithmetic ({@link #frequencies}), so nothing else needs to be sent.
 */
public final class SymbolTables {
  /** Symbols of the alphabet. */
  public static final int SYMBOLS = 256;

  private static final int WIDEST_WEIGHT = 12;

  private final int contexts;
  private final int tableLog;
  private final int precision;
  private final int escape;
  private final char[] codes;

  private SymbolTables(int contexts, int tableLog, int precision, int escape, char[] codes) {
    this.contexts = contexts;
    this.tableLog = tableLog;
    this.precision = precision;
    this.escape = escape;
    this.codes = codes;
  }

  /**
   * Tables for the given counts ({@code counts[context * 256 + symbol]}) of a sample: what is rare
   * or was not seen goes through the escape.
   *
   * @param tableLog log2 of the frequencies' sum, 8 to {@link AnsTables#MAX_LOG}
   * @param precision mantissa bits of a weight, 0 to 7
   * @param rareness a symbol rarer than {@code rareness / 2^tableLog} is escaped
   */
  public static SymbolTables escaping(
      int[] counts, int contexts, int tableLog, int precision, double rareness) {
    char[] codes = new char[contexts * SYMBOLS];
    int escape = rarest(counts, contexts);
    for (int c = 0; c < contexts; c++) {
      long total = total(counts, c);
      double threshold = total * rareness / (1 << tableLog);
      double unit = unit(total);
      long escaped = 0;
      for (int s = 0; s < SYMBOLS; s++) {
        int count = counts[c * SYMBOLS + s];
        if (s == escape || count < threshold) {
          escaped += count;
        } else if (count > 0) {
          codes[c * SYMBOLS + s] = (char) code(count / unit, precision);
        }
      }
      codes[c * SYMBOLS + escape] = (char) code(Math.max(escaped / unit, 1), precision);
    }
    return new SymbolTables(contexts, tableLog, precision, escape, codes);
  }

  /**
   * One table without an escape for exactly the symbols that were counted, of which there are some.
   */
  public static SymbolTables exact(int[] counts, int tableLog, int precision) {
    return plain(counts, tableLog, precision, 0);
  }

  /** One table without an escape in which every symbol has a place, counted or not. */
  public static SymbolTables complete(int[] counts, int tableLog, int precision) {
    return plain(counts, tableLog, precision, 1);
  }

  private static SymbolTables plain(int[] counts, int tableLog, int precision, double least) {
    char[] codes = new char[SYMBOLS];
    double unit = unit(total(counts, 0));
    for (int s = 0; s < SYMBOLS; s++) {
      if (least > 0 || counts[s] > 0) {
        codes[s] = (char) code(Math.max(least, counts[s] / unit), precision);
      }
    }
    return new SymbolTables(1, tableLog, precision, SYMBOLS, codes);
  }

  private static long total(int[] counts, int context) {
    long total = 0;
    for (int s = 0; s < SYMBOLS; s++) {
      total += counts[context * SYMBOLS + s];
    }
    return total;
  }

  private static double unit(long total) {
    return Math.max(total, 1) / (double) (1 << WIDEST_WEIGHT);
  }

  private static int rarest(int[] counts, int contexts) {
    int rarest = 0;
    long least = Long.MAX_VALUE;
    for (int s = 0; s < SYMBOLS; s++) {
      long total = 0;
      for (int c = 0; c < contexts; c++) {
        total += counts[c * SYMBOLS + s];
      }
      if (total < least) {
        least = total;
        rarest = s;
      }
    }
    return rarest;
  }

  /** The code nearest to {@code share} in 2^12ths; a twelfth bit below one is the least. */
  private static int code(double share, int precision) {
    double scaled = Math.max(share, 0.5) * (1 << (precision + 1));
    int exponent = Math.max(0, Math.getExponent(scaled) - precision);
    int mantissa = (int) Math.round(scaled / (1 << exponent)) - (1 << precision);
    if (mantissa == 1 << precision) {
      mantissa = 0;
      exponent++;
    }
    return 1 + (exponent << precision | mantissa);
  }

  private static long weight(int code, int precision) {
    int value = code - 1;
    return (long) ((1 << precision) + (value & ((1 << precision) - 1))) << (value >>> precision);
  }

  public int contexts() {
    return contexts;
  }

  public int tableLog() {
    return tableLog;
  }

  /** The symbol that stands for all without a place in a table; 256 where every symbol has one. */
  public int escape() {
    return escape;
  }

  /**
   * Frequencies of one context: they sum to {@code 1 << tableLog}, and every symbol with a weight
   * has at least 1.
   */
  public void frequencies(int context, int[] target) {
    long total = 0;
    int first = context * SYMBOLS;
    for (int s = 0; s < SYMBOLS; s++) {
      int code = codes[first + s];
      total += code == 0 ? 0 : weight(code, precision);
    }
    int size = 1 << tableLog;
    int left = size;
    for (int s = 0; s < SYMBOLS; s++) {
      int code = codes[first + s];
      target[s] = 0;
      if (code != 0) {
        long share = (weight(code, precision) * size + (total >>> 1)) / total;
        target[s] = (int) Math.max(1, share);
        left -= target[s];
      }
    }
    while (left != 0) {
      int most = 0;
      for (int s = 1; s < SYMBOLS; s++) {
        if (target[s] > target[most]) {
          most = s;
        }
      }
      int change = left > 0 ? left : -Math.min(-left, (target[most] + 3) / 4);
      target[most] += change;
      left -= change;
    }
  }

  /** True where the symbol has no place of its own and is written through the escape. */
  public boolean isEscaped(int context, int symbol) {
    return symbol == escape || codes[context * SYMBOLS + symbol] == 0;
  }

  /** Writes everything but the number of contexts. */
  public void write(RangeEncoder out) {
    out.direct(tableLog, 4);
    out.direct(precision, 3);
    out.direct(escape, 9);
    short[] models = RangeEncoder.models(WeightModels.COUNT);
    for (int c = 0; c < contexts; c++) {
      int best = 0;
      long least = Long.MAX_VALUE;
      for (int reference = 0; reference < WeightModels.references(c); reference++) {
        long distance = WeightModels.distance(codes, c, reference);
        if (distance < least) {
          least = distance;
          best = reference;
        }
      }
      out.direct(best, 3);
      for (int s = 0; s < SYMBOLS; s++) {
        WeightModels.write(out, models, codes, c, s, best);
      }
    }
  }

  /**
   * Reads {@code contexts} tables.
   *
   * @throws StreamException with the reason, if they are not tables; the caller knows the place
   */
  public static SymbolTables read(RangeDecoder in, int contexts) throws StreamException {
    int tableLog = in.direct(4);
    int precision = in.direct(3);
    int escape = in.direct(9);
    if (tableLog < AnsTables.MIN_LOG
        || tableLog > AnsTables.MAX_LOG
        || precision > 7
        || escape > SYMBOLS) {
      throw new StreamException("table size 2^" + tableLog + ", precision " + precision);
    }
    char[] codes = new char[contexts * SYMBOLS];
    short[] models = RangeEncoder.models(WeightModels.COUNT);
    int highest = 15 << precision;
    for (int c = 0; c < contexts; c++) {
      int reference = in.direct(3);
      if (reference >= WeightModels.references(c)) {
        throw new StreamException("table " + c + " refers to table " + reference);
      }
      boolean empty = true;
      for (int s = 0; s < SYMBOLS; s++) {
        int code = WeightModels.read(in, models, codes, c, s, reference);
        if (code < 0 || code > highest) {
          throw new StreamException("weight " + code + " in table " + c);
        }
        codes[c * SYMBOLS + s] = (char) code;
        empty &= code == 0;
      }
      if (empty) {
        throw new StreamException("table " + c + " is empty");
      }
    }
    return new SymbolTables(contexts, tableLog, precision, escape, codes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SymbolTables that
        && that.tableLog == tableLog
        && that.escape == escape
        && that.precision == precision
        && Arrays.equals(that.codes, codes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(codes);
  }
}
