package dev.zoopress.codec.context;

/**
 * Finds the cheapest model for a frame of words by trial on a sample, side information and tables
 * counted. Reusable; not thread-safe.
 */
final class ModelChooser {
  /** Where the mean exponent of the scaled values is put in the window of 32. */
  private static final int CENTRE = 20;

  private static final int TRIAL = 1 << 16;
  private static final int LEAST_SIDE = 16;
  private static final int LEAST_GRID = 1 << 12;
  private static final double SKIP_ZEROS_FROM = 0.02;

  /** What contexts must save: they slow the coder down, and a sample may err. */
  private static final double WORTH_CONTEXTS = 0.9998;

  private final Sample sample = new Sample();
  private final int[] merged = new int[16 * 256];

  private double bestBits;
  private ContextModel bestModel;
  private boolean bestSignInSymbol;

  /** What was found; blocks are coded as this says. */
  record Choice(ContextModel model, boolean signInSymbol, double bits) {}

  /** The choice for words. {@code grid} is null where there is none. */
  Choice words(Elements elements, WordLayout layout, byte[] source, int at, int count, Grid grid) {
    bestBits = Double.MAX_VALUE;
    int mantissaBits = layout.mantissaBits();
    sample.magnitudes(elements, source, at, count, TRIAL / 4);
    double zeroShare = sample.zeros / (double) sample.seen;
    int exponent = (int) Math.floor(sample.meanMagnitude / (1 << mantissaBits));
    int addend = (CENTRE - exponent << mantissaBits) & 0x7fff;
    ContextModel flat = ContextModel.flat(false, addend);
    WordTransform transform = new WordTransform(layout, 8, true);
    sample.words(flat, layout, transform, elements, source, at, count, TRIAL);
    merge(Merge.THREE_BITS, 1, 1);
    consider(flat, false, 1, count, 0);
    merge(Merge.SIGN, 1, 1);
    consider(flat, true, 1, count, 0);
    if (grid != null && isUsable(grid)) {
      scaled(elements, layout, source, at, count, grid, zeroShare >= SKIP_ZEROS_FROM);
    }
    return new Choice(bestModel, bestSignInSymbol, bestBits);
  }

  static boolean isUsable(Grid grid) {
    return grid.columns() >= LEAST_SIDE
        && grid.rows() >= LEAST_SIDE
        && grid.columns() <= grid.elements() / LEAST_SIDE
        && grid.elements() >= LEAST_GRID;
  }

  private void scaled(
      Elements elements,
      WordLayout layout,
      byte[] source,
      int at,
      int count,
      Grid grid,
      boolean skipZeros) {
    GridStatistics statistics = GridStatistics.of(elements, source, at, grid, skipZeros);
    int mantissaBits = layout.mantissaBits();
    double octave = Math.scalb(1.0, mantissaBits - GridStatistics.WORD_SHIFT);
    Terms terms = Terms.of(statistics, grid, octave);
    byte[] signs = SignClasses.of(statistics, grid);
    int addend = CENTRE << mantissaBits & 0x7fff;
    // Every sign class in both directions as a context of its own: all candidates follow from that.
    byte[] separate = new byte[signs.length];
    for (int j = 0; j < signs.length; j++) {
      separate[j] = (byte) (2 * signs[j]);
    }
    ContextModel widest =
        ContextModel.scaled(
            false, mantissaBits, addend, grid, terms.rows(), terms.columns(), 8, separate);
    WordTransform transform = new WordTransform(layout, 8, true);
    sample.words(widest, layout, transform, elements, source, at, count, TRIAL);
    double side = terms.bits();
    for (int classes = 1; classes <= SignClasses.MOST; classes *= 2) {
      byte[] kept = SignClasses.limit(signs, classes);
      if (classes > 1 && Entropy.isConstant(kept)) {
        break;
      }
      ContextModel model =
          ContextModel.scaled(
              false,
              mantissaBits,
              addend,
              grid,
              terms.rows(),
              terms.columns(),
              classes,
              classes == 1 ? null : kept);
      if (classes == 1) {
        merge(Merge.THREE_BITS, 1, ContextModel.PHASES);
        consider(model, false, ContextModel.PHASES, count, side);
      }
      merge(Merge.SIGN, classes, ContextModel.PHASES);
      double signBits = classes == 1 ? 0 : Entropy.bits(kept);
      consider(model, true, classes * ContextModel.PHASES, count, side + signBits);
    }
  }

  private enum Merge {
    THREE_BITS,
    SIGN
  }

  /** Folds the sample's joint counts into {@code classes * phases} contexts of 256 symbols. */
  private void merge(Merge merge, int classes, int phases) {
    java.util.Arrays.fill(merged, 0);
    int contexts = phases == 1 ? 1 : 8 * phases;
    for (int context = 0; context < contexts; context++) {
      int phase = context % phases;
      int sign = context / phases;
      int kept = Math.min(sign >> 1, classes - 1);
      int flip = kept > 0 ? (sign & 1) << 7 : 0;
      int to = (kept * phases + phase) * 256;
      for (int joint = 0; joint < Sample.JOINT; joint++) {
        int n = sample.counts[context * Sample.JOINT + joint];
        if (n != 0) {
          int symbol =
              merge == Merge.THREE_BITS
                  ? joint & 0xff
                  : ((joint & 0xff) >>> 1 | joint >>> 8 << 7) ^ flip;
          merged[to + symbol] += n;
        }
      }
    }
  }

  private void consider(
      ContextModel model, boolean signInSymbol, int contexts, int count, double sideBits) {
    double scale = count / (double) sample.seen;
    double bits = 0;
    double tables = 0;
    for (int c = 0; c < contexts; c++) {
      int used = Entropy.used(merged, 256 * c, 256);
      bits += Entropy.bits(merged, 256 * c, 256) + used * Entropy.HIDDEN_BITS;
      tables += used * (c == 0 ? 4 : 2.5);
    }
    bits += sample.exceptions * 36.0;
    double total = bits * scale + tables + sideBits;
    if (total < bestBits * (contexts == 1 ? 1 : WORTH_CONTEXTS)) {
      bestBits = total;
      bestModel = model;
      bestSignInSymbol = signInSymbol;
    }
  }
}
