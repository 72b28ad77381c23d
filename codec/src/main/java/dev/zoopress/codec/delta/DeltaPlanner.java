package dev.zoopress.codec.delta;

import static dev.zoopress.codec.entropy.LittleEndian.getInt;

import dev.zoopress.codec.context.Elements;
import dev.zoopress.codec.context.Entropy;
import dev.zoopress.codec.context.Grid;
import dev.zoopress.codec.entropy.SymbolTables;
import dev.zoopress.codec.frame.FrameShape;
import dev.zoopress.codec.frame.RawFrame;
import dev.zoopress.codec.tensor.DType;
import java.util.Arrays;

/** Makes the {@link DeltaPlan} of a frame and its base. Reusable; not thread-safe. */
final class DeltaPlanner {
  private static final int STRIP = DeltaStrip.LENGTH;
  private static final int TRIAL = 1 << 18;
  private static final int LEAST_SIDE = 16;
  private static final int LEAST_GRID = 1 << 13;
  private static final int ORIGIN_SAMPLES = 4096;
  private static final int LEAST_ESCAPES = 600;

  /** Differences of a context are at most about this large, less their raw bits. */
  private static final int MEAN_SYMBOL = 12;

  /** Contexts begin four octaves below a difference of one. */
  private static final int LEAST_EXPECTED = 16;

  private final DeltaStrip strip = new DeltaStrip();
  private final double[] sums = new double[DeltaModel.CONTEXTS];
  private final int[] seen = new int[DeltaModel.CONTEXTS];
  private final int[] counts = new int[DeltaModel.CONTEXTS * SymbolTables.SYMBOLS];
  private RawFrame raw;
  private Domain domain;
  private int count;
  private int sampled;
  private int[] lowBits;

  /** The plan, or null where the type has no differences. */
  DeltaPlan plan(RawFrame raw) {
    this.raw = raw;
    DType dtype = raw.shape().dtype();
    domain = Domain.of(dtype, dtype == DType.F32 && areHalves(raw));
    if (domain == null) {
      return null;
    }
    count = raw.length() / domain.elementBytes();
    DeltaModel best;
    if (domain.isByte()) {
      best = new DeltaModel(domain, 0, null, new int[0], null);
    } else {
      best = new DeltaModel(domain, 1, null, new int[] {highestExponent()}, null);
      double bits = trial(best, count);
      DeltaModel scaled = scaled();
      if (scaled != null) {
        double side = Entropy.bitsOf(scaled.rows()) + Entropy.bitsOf(scaled.columns());
        best = trial(scaled, count) + side < bits ? scaled : best;
      }
    }
    trial(best, Math.max(TRIAL, count / 4));
    return tables(best);
  }

  private static boolean areHalves(RawFrame raw) {
    int count = raw.length() / 4;
    int step = Math.max(1, count / ORIGIN_SAMPLES);
    int others = 0;
    int seen = 0;
    for (int i = 0; i < count; i += step) {
      boolean both =
          Elements.isHalf(getInt(raw.bytes(), raw.offset() + 4 * i))
              && Elements.isHalf(getInt(raw.base(), raw.baseOffset() + 4 * i));
      others += both ? 0 : 1;
      seen++;
    }
    return others <= seen >> 8;
  }

  private void load(int first, int run) {
    int width = domain.elementBytes();
    strip.load(
        domain,
        raw.bytes(),
        raw.offset() + first * width,
        raw.base(),
        raw.baseOffset() + first * width,
        run);
  }

  private int step(int target) {
    return Math.max(1, (int) (count / (long) Math.min(target, TRIAL))) * STRIP;
  }

  private int highestExponent() {
    int highest = 1;
    for (int first = 0; first < count; first += step(TRIAL)) {
      int run = Math.min(STRIP, count - first);
      load(first, run);
      for (int i = 0; i < run; i++) {
        highest = Math.max(highest, domain.exponent(strip.base[i]));
      }
    }
    return highest;
  }

  /** Rows and columns by the mean of |difference| * 2^exponent: what they changed by. */
  private DeltaModel scaled() {
    FrameShape shape = raw.shape();
    if (shape.columns() < LEAST_SIDE
        || shape.columns() > count / LEAST_SIDE
        || count < LEAST_GRID) {
      return null;
    }
    Grid grid = new Grid((int) shape.columns(), (int) shape.firstColumn(), count);
    double[] rows = new double[grid.rows()];
    double[] columns = new double[grid.columns()];
    int[] inRow = new int[rows.length];
    int[] inColumn = new int[columns.length];
    double[] power = new double[1 << Math.min(9, 31 - domain.mantissaBits())];
    for (int e = 0; e < power.length; e++) {
      power[e] = Math.scalb(1.0, e);
    }
    int row = 0;
    int column = grid.firstColumn();
    for (int first = 0; first < count; first += STRIP) {
      int run = Math.min(STRIP, count - first);
      load(first, run);
      for (int i = 0; i < run; i++) {
        int value = strip.base[i];
        int exponent = Math.max(1, (value ^ value >> 31) >>> domain.mantissaBits());
        double change = Math.abs((double) (strip.values[i] - value)) * power[exponent];
        rows[row] += change;
        columns[column] += change;
        inRow[row]++;
        inColumn[column]++;
        if (++column == grid.columns()) {
          column = 0;
          row++;
        }
      }
    }
    double mean = Arrays.stream(rows).sum() / count;
    if (!(mean > 0)) {
      return null;
    }
    int[] rowTerms = terms(rows, inRow, 1, mean, LEAST_EXPECTED);
    int[] columnTerms = terms(columns, inColumn, mean, mean, 0);
    return new DeltaModel(domain, 4, grid, rowTerms, columnTerms);
  }

  private static int[] terms(double[] sums, int[] counts, double unit, double mean, int more) {
    int[] terms = new int[sums.length];
    int least = Integer.MAX_VALUE;
    for (int i = 0; i < terms.length; i++) {
      // A row that did not change is not infinitely quiet.
      double value = Math.max(counts[i] == 0 ? mean : sums[i] / counts[i], mean * 0x1p-12);
      terms[i] = (int) Math.round(4 * Math.log(value / unit) / Math.log(2)) + more;
      least = Math.min(least, terms[i]);
    }
    for (int i = 0; i < terms.length; i++) {
      terms[i] = Math.min(terms[i], least + 255);
    }
    return terms;
  }

  /** Sets {@link #lowBits} and {@link #counts} from a sample; returns the bits of everything. */
  private double trial(DeltaModel model, int target) {
    int step = step(target);
    boolean bytes = domain.isByte();
    Arrays.fill(sums, 0);
    Arrays.fill(seen, 0);
    for (int first = 0; first < count; first += step) {
      int run = Math.min(STRIP, count - first);
      load(first, run);
      model.fill(strip.base, first, run, strip.contexts);
      for (int i = 0; i < run; i++) {
        int context = strip.contexts[i];
        sums[context] += Math.abs((double) strip.difference(i, bytes));
        seen[context]++;
      }
    }
    lowBits = new int[model.contexts()];
    for (int c = 0; c < lowBits.length && !bytes; c++) {
      double mean = seen[c] == 0 ? 0 : sums[c] / seen[c];
      while (mean >= MEAN_SYMBOL * (double) (1 << lowBits[c])
          && lowBits[c] < DeltaPlan.MOST_LOW_BITS) {
        lowBits[c]++;
      }
    }
    return count(model, step, bytes);
  }

  private double count(DeltaModel model, int step, boolean bytes) {
    Arrays.fill(counts, 0);
    double bits = 0;
    sampled = 0;
    for (int first = 0; first < count; first += step) {
      int run = Math.min(STRIP, count - first);
      load(first, run);
      model.fill(strip.base, first, run, strip.contexts);
      for (int i = 0; i < run; i++) {
        int context = strip.contexts[i];
        int low = lowBits[context];
        int symbol = (strip.difference(i, bytes) >> low) + DeltaStrip.CENTRE;
        if ((symbol & ~0xff) != 0) {
          symbol = DeltaStrip.CENTRE;
          bits += 40;
        }
        counts[context * SymbolTables.SYMBOLS + symbol]++;
        bits += low;
      }
      sampled += run;
    }
    double tables = 0;
    for (int c = 0; c < model.contexts(); c++) {
      bits += Entropy.bits(counts, c * SymbolTables.SYMBOLS, SymbolTables.SYMBOLS);
      tables += 3.0 * Entropy.used(counts, c * SymbolTables.SYMBOLS, SymbolTables.SYMBOLS);
    }
    return bits * count / sampled + tables;
  }

  private DeltaPlan tables(DeltaModel model) {
    int contexts = model.contexts();
    int log = count < 1 << 15 ? 10 : 11;
    int precision = count < 1 << 16 ? 1 : count < 1 << 20 ? 2 : 3;
    SymbolTables tables = SymbolTables.escaping(counts, contexts, log, precision, 1.5);
    int[] escaped = new int[SymbolTables.SYMBOLS];
    long escapes = 0;
    for (int c = 0; c < contexts; c++) {
      for (int s = 0; s < SymbolTables.SYMBOLS; s++) {
        if (tables.isEscaped(c, s)) {
          escaped[s] += counts[c * SymbolTables.SYMBOLS + s];
          escapes += counts[c * SymbolTables.SYMBOLS + s];
        }
      }
    }
    boolean worthwhile = escapes * (double) count / sampled >= LEAST_ESCAPES;
    return new DeltaPlan(
        model, lowBits, tables, worthwhile ? SymbolTables.complete(escaped, 12, 2) : null);
  }
}
