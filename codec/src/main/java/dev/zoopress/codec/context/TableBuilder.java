package dev.zoopress.codec.context;

import dev.zoopress.codec.entropy.AnsTables;
import dev.zoopress.codec.entropy.SymbolTables;
import dev.zoopress.codec.frame.RawFrame;
import java.util.Arrays;

/** Counts symbols under a chosen model and makes the tables. Reusable; not thread-safe. */
final class TableBuilder {
  private static final int STRIP = SymbolStrip.LENGTH;
  private static final int LEAST_COUNTED = 1 << 18;
  private static final double RARENESS = 1.5;

  /** Fewer escapes than this are not worth a table. */
  private static final int LEAST_ESCAPES = 600;

  private final SymbolStrip strip = new SymbolStrip();
  private int[] counts = {};
  private final int[] escaped = new int[SymbolTables.SYMBOLS];

  Plan plan(
      Elements elements,
      WordLayout layout,
      boolean signInSymbol,
      ContextModel model,
      RawFrame raw,
      int count) {
    int contexts = model.contexts();
    if (counts.length < contexts * SymbolTables.SYMBOLS) {
      counts = new int[contexts * SymbolTables.SYMBOLS];
    }
    Arrays.fill(counts, 0);
    strip.begin(elements, layout, signInSymbol, model);
    int counted = Math.max(LEAST_COUNTED, count / (contexts > 4 ? 8 : 16));
    int step = Math.max(1, count / counted) * STRIP;
    int seen = 0;
    for (int first = 0; first < count; first += step) {
      int run = Math.min(STRIP, count - first);
      strip.sample(raw.bytes(), raw.offset(), first, run);
      strip.count(run, counts);
      seen += run;
    }
    int log = count < 1 << 15 ? 10 : count < 1 << 21 ? 11 : 12;
    int precision = count < 1 << 15 ? 1 : count < 1 << 18 ? 2 : count < 1 << 21 ? 3 : 5;
    SymbolTables tables = SymbolTables.escaping(counts, contexts, log, precision, RARENESS);
    Arrays.fill(escaped, 0);
    long escapes = 0;
    for (int c = 0; c < contexts; c++) {
      for (int s = 0; s < SymbolTables.SYMBOLS; s++) {
        if (tables.isEscaped(c, s)) {
          escaped[s] += counts[c * SymbolTables.SYMBOLS + s];
          escapes += counts[c * SymbolTables.SYMBOLS + s];
        }
      }
    }
    boolean worthwhile = escapes * (double) count / seen >= LEAST_ESCAPES;
    return new Plan(
        elements,
        layout,
        signInSymbol,
        model,
        tables,
        worthwhile ? SymbolTables.complete(escaped, AnsTables.MAX_LOG, 2) : null);
  }
}
