package dev.zoopress.codec.context;

import dev.zoopress.codec.tensor.DType;

/**
 * Finds the cheapest model for a frame of bytes by trial on a sample. Reusable; not thread-safe.
 */
final class ByteModelChooser {
  private static final int TRIAL = 1 << 16;
  private static final int CENTRE_E4M3 = 10;
  private static final int CENTRE_E5M2 = 20;
  private static final double SKIP_ZEROS_FROM = 0.02;

  private final Sample sample = new Sample();
  private double bestBits;
  private ContextModel best;

  ContextModel choose(DType dtype, Elements elements, byte[] source, int at, int count, Grid grid) {
    best = ContextModel.flat(true, 0);
    sample.bytes(best, elements, source, at, count, TRIAL);
    bestBits = cost(1, count, 0);
    if (grid != null && ModelChooser.isUsable(grid)) {
      switch (dtype) {
        case F8_E4M3, F8_E5M2, F8_E4M3FNUZ, F8_E5M2FNUZ ->
            scaled(dtype, elements, source, at, count, grid);
        default -> {
          if (elements == Elements.BYTES) {
            levels(Levels.of(source, at, grid), elements, source, at, count);
            levels(ColumnClasses.of(source, at, grid), elements, source, at, count);
          }
        }
      }
    }
    return best;
  }

  private void scaled(DType dtype, Elements elements, byte[] source, int at, int count, Grid grid) {
    sample.magnitudes(elements, source, at, count, TRIAL / 4);
    boolean skipZeros = sample.zeros >= SKIP_ZEROS_FROM * sample.seen;
    GridStatistics statistics = GridStatistics.of(elements, source, at, grid, skipZeros);
    int mantissaBits = ContextModel.mantissaBits(dtype);
    Terms terms = Terms.of(statistics, grid, 1 << mantissaBits);
    byte[] signs = SignClasses.of(statistics, grid);
    int addend = (mantissaBits == 3 ? CENTRE_E4M3 : CENTRE_E5M2) << mantissaBits;
    for (int classes = 1; classes <= SignClasses.MOST; classes *= 2) {
      byte[] kept = SignClasses.limit(signs, classes);
      if (classes > 1 && Entropy.isConstant(kept)) {
        break;
      }
      ContextModel model =
          ContextModel.scaled(
              true,
              mantissaBits,
              addend & 0x7f,
              grid,
              terms.rows(),
              terms.columns(),
              classes,
              classes == 1 ? null : kept);
      double side = terms.bits() + (classes == 1 ? 0 : Entropy.bits(kept));
      consider(model, elements, source, at, count, side);
    }
  }

  private void levels(ContextModel model, Elements elements, byte[] source, int at, int count) {
    if (model != null) {
      double side = Entropy.bitsOf(model.rows()) + Entropy.bitsOf(model.columns());
      consider(model, elements, source, at, count, side);
    }
  }

  private void consider(
      ContextModel model, Elements elements, byte[] source, int at, int count, double side) {
    sample.bytes(model, elements, source, at, count, TRIAL);
    double bits = cost(model.contexts(), count, side);
    if (bits < bestBits) {
      bestBits = bits;
      best = model;
    }
  }

  private double cost(int contexts, int count, double side) {
    double bits = sample.exceptions * 28.0;
    double tables = 0;
    for (int c = 0; c < contexts; c++) {
      int used = Entropy.used(sample.counts, 256 * c, 256);
      bits += Entropy.bits(sample.counts, 256 * c, 256) + used * Entropy.HIDDEN_BITS;
      tables += used * (c == 0 ? 4 : 2.5);
    }
    return bits * count / sample.seen + tables + side;
  }
}
