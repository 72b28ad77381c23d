package dev.zoopress.codec.delta;

import dev.zoopress.codec.context.Grid;
import dev.zoopress.codec.context.TermFormat;
import dev.zoopress.codec.entropy.RangeDecoder;
import dev.zoopress.codec.entropy.RangeEncoder;
import dev.zoopress.codec.entropy.StreamException;
import dev.zoopress.codec.entropy.SymbolTables;
import dev.zoopress.codec.frame.FrameCursor;
import dev.zoopress.codec.frame.FrameHead;
import java.io.IOException;

/**
 * What the blocks of a DELTA frame share.
 *
 * @param lowBits per context, how many low bits of a difference are raw
 * @param escapes table of escaped symbols, or null
 */
@SuppressWarnings("ArrayRecordComponent")
record DeltaPlan(DeltaModel model, int[] lowBits, SymbolTables tables, SymbolTables escapes) {
  private static final Domain[] DOMAINS = Domain.values();

  /** Most raw bits of a difference. */
  static final int MOST_LOW_BITS = 24;

  void write(RangeEncoder out) {
    out.direct(model.domain().ordinal(), 4);
    out.direct(model.step(), 3);
    if (model.step() == 4) {
      out.direct(model.grid().columns(), 24);
      out.direct(model.grid().firstColumn(), 24);
      TermFormat.write(model.rows(), out);
      TermFormat.write(model.columns(), out);
    } else if (model.step() == 1) {
      out.direct(model.rows()[0], 16);
    }
    short[] models = RangeEncoder.models(32);
    for (int c = 0; c < model.contexts(); c++) {
      out.tree(models, 0, 5, lowBits[c]);
    }
    tables.write(out);
    out.direct(escapes == null ? 0 : 1, 1);
    if (escapes != null) {
      escapes.write(out);
    }
  }

  static DeltaPlan read(FrameHead head, FrameCursor shared) throws IOException {
    int length = shared.remaining();
    try {
      return read(head, new RangeDecoder(shared.bytes(), shared.skip(length), length));
    } catch (StreamException e) {
      throw head.damaged(head.sharedOffset(), e.getMessage());
    }
  }

  private static DeltaPlan read(FrameHead head, RangeDecoder in) throws IOException {
    int code = in.direct(4);
    int step = in.direct(3);
    int raw = head.grid().rawLength();
    if (code >= DOMAINS.length
        || DOMAINS[code].elementBytes() != head.dtype().alignmentBytes()
        || raw % DOMAINS[code].elementBytes() != 0
        || DOMAINS[code].isByte() != (step == 0)
        || step != 0 && step != 1 && step != 4) {
      throw head.damaged(head.sharedOffset(), "delta domain " + code + ", step " + step);
    }
    Domain domain = DOMAINS[code];
    DeltaModel model = new DeltaModel(domain, step, null, new int[0], null);
    if (step == 4) {
      int columns = in.direct(24);
      int firstColumn = in.direct(24);
      int count = raw / domain.elementBytes();
      if (columns < 1 || columns > count || firstColumn >= columns) {
        throw head.damaged(head.sharedOffset(), columns + " columns from " + firstColumn);
      }
      Grid grid = new Grid(columns, firstColumn, count);
      int[] rows = TermFormat.read(grid.rows(), in);
      model = new DeltaModel(domain, step, grid, rows, TermFormat.read(columns, in));
    } else if (step == 1) {
      model = new DeltaModel(domain, step, null, new int[] {in.direct(16)}, null);
    }
    int[] lowBits = new int[model.contexts()];
    short[] models = RangeEncoder.models(32);
    for (int c = 0; c < lowBits.length; c++) {
      lowBits[c] = in.tree(models, 0, 5);
      if (lowBits[c] > MOST_LOW_BITS || step == 0 && lowBits[c] != 0) {
        throw head.damaged(head.sharedOffset(), lowBits[c] + " raw bits in context " + c);
      }
    }
    SymbolTables tables = SymbolTables.read(in, model.contexts());
    return new DeltaPlan(
        model, lowBits, tables, in.direct(1) == 0 ? null : SymbolTables.read(in, 1));
  }
}
