package dev.zoopress.jobs.collect;

import dev.zoopress.jobs.collect.Garbage.Stage;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.StoreAccess;
import dev.zoopress.jobs.store.StoredObject;
import dev.zoopress.jobs.store.Verdicts;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * Says which objects of a content are garbage: all, where nothing refers to it; else what a verdict
 * removed, and copies beside the one that stays.
 */
final class Judge implements FlatMapFunction<Iterator<Judge.Content>, Garbage> {
  private static final long serialVersionUID = 1L;

  private final StoreAccess access;

  Judge(StoreAccess access) {
    this.access = access;
  }

  /** The objects of one id. */
  record Content(List<StoredObject> objects, boolean marked) implements Serializable {}

  @Override
  public Iterator<Garbage> call(Iterator<Content> contents) throws IOException {
    List<Garbage> garbage = new ArrayList<>();
    if (contents.hasNext()) {
      try (ObjectStore store = access.open()) {
        Verdicts verdicts = Verdicts.of(Repository.open(store));
        verdicts.refresh();
        while (contents.hasNext()) {
          judge(contents.next(), verdicts, garbage);
        }
      }
    }
    return garbage.iterator();
  }

  private static void judge(Content content, Verdicts verdicts, List<Garbage> out) {
    Optional<StoredObject> stays =
        content.objects().stream()
            .filter(o -> stage(o, verdicts) == Stage.FRESH)
            .min(Comparator.comparingInt(StoredObject::generation));
    for (StoredObject object : content.objects()) {
      Stage stage = stage(object, verdicts);
      boolean needed =
          content.marked()
              && stage != Stage.DECIDED
              && (stays.isEmpty() || stays.get().equals(object));
      if (!needed) {
        out.add(new Garbage(object.key(), object.sizeBytes(), stage));
      }
    }
  }

  private static Stage stage(StoredObject object, Verdicts verdicts) {
    if (verdicts.decided(object.key())) {
      return Stage.DECIDED;
    }
    return verdicts.waits(object.key()) ? Stage.WAITING : Stage.FRESH;
  }
}
