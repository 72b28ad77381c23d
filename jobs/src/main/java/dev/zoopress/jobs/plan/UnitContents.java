package dev.zoopress.jobs.plan;

import dev.zoopress.jobs.plan.Units.Part;
import dev.zoopress.jobs.plan.Units.Unit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Finds the contents of a unit in the plan. */
public final class UnitContents {
  private UnitContents() {}

  /** The contents of {@code unit}, in the plan's order. */
  public static List<PlannedContent> of(Unit unit, RunFolder run) throws IOException {
    List<PlannedContent> contents = new ArrayList<>();
    for (Part part : unit.parts()) {
      Walk walk = new Walk(unit, part, contents);
      run.read(part.key(), PlannedModel.class, walk::model);
    }
    return contents;
  }

  private static final class Walk {
    private final Unit unit;
    private final Part part;
    private final List<PlannedContent> contents;
    private long at;
    private int model;

    Walk(Unit unit, Part part, List<PlannedContent> contents) {
      this.unit = unit;
      this.part = part;
      this.contents = contents;
      this.at = part.startBytes();
    }

    void model(PlannedModel planned) {
      boolean[] read = planned.toRead();
      for (int i = 0; i < read.length; i++) {
        long size = planned.content(i).stamp().sizeBytes();
        boolean large = size > Units.SPLIT_BYTES;
        if (read[i] && (large ? isLarge(i) : isPlain())) {
          String name = planned.listing().model().name();
          contents.add(new PlannedContent(part.slice(), model, i, name, planned.content(i)));
        }
        if (read[i] && !large) {
          at += size;
        }
      }
      model++;
    }

    private boolean isLarge(int index) {
      return unit.large() != null
          && unit.large().model() == model
          && unit.large().content() == index;
    }

    private boolean isPlain() {
      return unit.large() == null && at >= unit.fromBytes() && at < unit.toBytes();
    }
  }
}
