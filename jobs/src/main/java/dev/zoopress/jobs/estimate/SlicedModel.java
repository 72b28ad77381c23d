package dev.zoopress.jobs.estimate;

import dev.zoopress.jobs.plan.PlannedContent;
import dev.zoopress.jobs.plan.PlannedModel;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** A model with its place in the plan. */
record SlicedModel(int slice, int number, PlannedModel planned) implements Serializable {

  /** The contents that would be read. */
  List<PlannedContent> contents() {
    List<PlannedContent> contents = new ArrayList<>();
    boolean[] read = planned.toRead();
    for (int i = 0; i < read.length; i++) {
      if (read[i]) {
        String name = planned.listing().model().name();
        contents.add(new PlannedContent(slice, number, i, name, planned.content(i)));
      }
    }
    return contents;
  }
}
