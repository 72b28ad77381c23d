package dev.zoopress.codec.context;

import dev.zoopress.codec.entropy.RangeDecoder;
import dev.zoopress.codec.entropy.RangeEncoder;
import dev.zoopress.codec.entropy.StreamException;
import dev.zoopress.codec.entropy.SymbolTables;
import dev.zoopress.codec.frame.FrameCursor;
import dev.zoopress.codec.frame.FrameHead;
import java.io.IOException;

/** Writes and reads a {@link Plan}: the shared bytes of a CONTEXT frame, all range-coded. */
final class PlanFormat {
  private static final Elements[] ELEMENTS = Elements.values();
  private static final WordLayout[] LAYOUTS = WordLayout.values();
  private static final ContextModel.Kind[] KINDS = ContextModel.Kind.values();

  private PlanFormat() {}

  /** Writes {@code plan} for a grid that is null where the model is flat. */
  static void write(Plan plan, Grid grid, RangeEncoder out) {
    ContextModel model = plan.model();
    out.direct(plan.elements().ordinal(), 4);
    out.direct(plan.layout() == null ? 0 : plan.layout().ordinal(), 2);
    out.direct(plan.signInSymbol() ? 1 : 0, 1);
    out.direct(model.kind().ordinal(), 2);
    if (model.kind() != ContextModel.Kind.LEVELS) {
      out.direct(model.addend(), 15);
    }
    if (model.kind() != ContextModel.Kind.FLAT) {
      out.direct(grid.columns(), 24);
      out.direct(grid.firstColumn(), 24);
      TermFormat.write(model.rows(), out);
      TermFormat.write(model.columns(), out);
    }
    if (model.kind() == ContextModel.Kind.SCALED) {
      out.direct(model.classes() - 1, 2);
      if (model.classes() > 1) {
        short[] models = RangeEncoder.models(8);
        for (byte sign : model.signs()) {
          out.tree(models, 0, 3, sign);
        }
      }
    }
    plan.tables().write(out);
    out.direct(plan.escapes() == null ? 0 : 1, 1);
    if (plan.escapes() != null) {
      plan.escapes().write(out);
    }
  }

  /** Reads a plan for {@code head}'s frame. */
  static Plan read(FrameHead head, FrameCursor shared) throws IOException {
    int length = shared.remaining();
    RangeDecoder in = new RangeDecoder(shared.bytes(), shared.skip(length), length);
    try {
      return read(head, in);
    } catch (StreamException e) {
      throw head.damaged(head.sharedOffset(), e.getMessage());
    }
  }

  private static Plan read(FrameHead head, RangeDecoder in) throws IOException {
    int elementsCode = in.direct(4);
    int layoutCode = in.direct(2);
    boolean signInSymbol = in.direct(1) != 0;
    int kindCode = in.direct(2);
    if (elementsCode >= ELEMENTS.length
        || layoutCode >= LAYOUTS.length
        || kindCode >= KINDS.length) {
      throw damaged(head, "coding " + elementsCode + " " + layoutCode + " " + kindCode);
    }
    Elements elements = ELEMENTS[elementsCode];
    int width = head.dtype().alignmentBytes();
    int raw = head.grid().rawLength();
    int parts = width / elements.elementBytes();
    if (parts < 1 || parts > 2 || parts * elements.elementBytes() != width || raw % width != 0) {
      throw damaged(head, elements + " for elements of " + width + " bytes, frame of " + raw);
    }
    boolean bytes = elements.codedBytes() == 1;
    WordLayout layout = bytes ? null : LAYOUTS[layoutCode];
    ContextModel model =
        readModel(head, KINDS[kindCode], layout, bytes, raw / elements.elementBytes(), in);
    SymbolTables tables = SymbolTables.read(in, model.contexts());
    SymbolTables escapes = in.direct(1) == 0 ? null : SymbolTables.read(in, 1);
    return new Plan(elements, layout, signInSymbol, model, tables, escapes);
  }

  private static ContextModel readModel(
      FrameHead head,
      ContextModel.Kind kind,
      WordLayout layout,
      boolean bytes,
      int count,
      RangeDecoder in)
      throws IOException {
    int addend = kind == ContextModel.Kind.LEVELS ? 0 : in.direct(15);
    if (kind == ContextModel.Kind.FLAT) {
      return ContextModel.flat(bytes, addend);
    }
    int columns = in.direct(24);
    int firstColumn = in.direct(24);
    if (columns < 1 || columns > count || firstColumn >= columns) {
      throw damaged(head, columns + " columns from " + firstColumn);
    }
    Grid grid = new Grid(columns, firstColumn, count);
    int[] rows = TermFormat.read(grid.rows(), in);
    int[] columnTerms = TermFormat.read(columns, in);
    if (kind == ContextModel.Kind.LEVELS) {
      for (int row : rows) {
        if (row < 0 || row >= ContextModel.LEVELS || !bytes) {
          throw damaged(head, "level " + row);
        }
      }
      return ContextModel.levels(grid, rows, columnTerms);
    }
    int classes = 1 + in.direct(2);
    byte[] signs = null;
    if (classes > 1) {
      signs = new byte[columns];
      short[] models = RangeEncoder.models(8);
      for (int j = 0; j < columns; j++) {
        signs[j] = (byte) in.tree(models, 0, 3);
        if (signs[j] >> 1 >= classes) {
          throw damaged(head, "sign class of column " + j);
        }
      }
    }
    int mantissaBits = bytes ? ContextModel.mantissaBits(head.dtype()) : layout.mantissaBits();
    return ContextModel.scaled(
        bytes, mantissaBits, addend, grid, rows, columnTerms, classes, signs);
  }

  private static IOException damaged(FrameHead head, String reason) {
    return head.damaged(head.sharedOffset(), reason);
  }
}
