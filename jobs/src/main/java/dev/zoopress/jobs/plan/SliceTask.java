package dev.zoopress.jobs.plan;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.jobs.index.SourceRecord;
import dev.zoopress.jobs.index.SourceRecord.Recorded;
import dev.zoopress.jobs.plan.PlannedModel.Reused;
import dev.zoopress.jobs.source.Content;
import dev.zoopress.jobs.source.ModelListing;
import dev.zoopress.jobs.source.ModelRef;
import dev.zoopress.jobs.source.SourceTree;
import dev.zoopress.jobs.store.InFlight;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Pointer;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.RepositoryNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.api.java.function.Function;

/** Lists the models of one slice, drops what did not change, and writes the slice's plan. */
public final class SliceTask implements Function<SliceTask.Models, Units.Slice> {
  private static final long serialVersionUID = 1L;

  private final RunContext context;

  public SliceTask(RunContext context) {
    this.context = context;
  }

  /** The models of a slice, in order. */
  public record Models(int slice, List<ModelRef> models) implements Serializable {}

  @Override
  public Units.Slice call(Models models) throws IOException {
    long unchangedModels = 0;
    long unchangedFiles = 0;
    long readFiles = 0;
    long plainBytes = 0;
    List<Units.Large> large = new ArrayList<>();
    try (ObjectStore store = context.openStore();
        JsonLines.Writer out = new JsonLines.Writer()) {
      int model = 0;
      for (PlannedModel planned : plan(models, store)) {
        out.add(planned);
        unchangedModels += planned.unchanged() ? 1 : 0;
        unchangedFiles +=
            planned.unchanged() ? planned.listing().contents().size() : planned.reused().size();
        boolean[] read = planned.toRead();
        for (int i = 0; i < read.length; i++) {
          long size = planned.content(i).stamp().sizeBytes();
          if (read[i]) {
            readFiles++;
            if (size > Units.SPLIT_BYTES) {
              large.add(new Units.Large(model, i, size));
            } else {
              plainBytes += size;
            }
          }
        }
        model++;
      }
      String key = new RunFolder(store, context.runId()).write("plan/models", models.slice(), out);
      return new Units.Slice(
          models.slice(),
          key,
          model,
          unchangedModels,
          unchangedFiles,
          readFiles,
          plainBytes,
          large);
    }
  }

  /** The plan of the slice's models, in order; writes nothing. */
  public List<PlannedModel> plan(Models models, ObjectStore store) throws IOException {
    try (InFlight inFlight = new InFlight()) {
      SourceTree source = context.openSource();
      Repository repository = open(store);
      return inFlight.map(
          models.models(), (ModelRef ref) -> plan(source.list(ref), store, repository));
    }
  }

  private static Repository open(ObjectStore store) throws IOException {
    try {
      return Repository.open(store);
    } catch (RepositoryNotFoundException e) {
      return null;
    }
  }

  private PlannedModel plan(ModelListing listing, ObjectStore store, Repository repository)
      throws IOException {
    PlannedModel fresh = new PlannedModel(listing, false, List.of());
    if (context.force() || repository == null || !listing.problems().isEmpty()) {
      return fresh;
    }
    Optional<SourceRecord> record =
        SourceRecord.read(store, context.source(), listing.model().name());
    if (record.isEmpty() || !record.get().parameters().equals(context.parameters())) {
      return fresh;
    }
    Map<String, Boolean> published = new HashMap<>();
    for (String revision : record.get().revisions().values()) {
      published.put(revision, published(repository, listing.model().name(), revision));
    }
    if (listing.equals(record.get().listing())
        && !published.containsValue(false)
        && named(repository, listing, record.get())) {
      return new PlannedModel(listing, true, List.of());
    }
    Map<Content, Recorded> known = new HashMap<>();
    record.get().contents().forEach(c -> known.put(c.content(), c));
    List<Reused> reused = new ArrayList<>();
    for (int i = 0; i < listing.contents().size(); i++) {
      Recorded old = known.get(listing.contents().get(i));
      if (old != null && published.getOrDefault(old.revision(), false)) {
        reused.add(new Reused(i, old.revision(), old.path()));
      }
    }
    return new PlannedModel(listing, false, reused);
  }

  /**
   * Whether every ref is set, to whatever: one is missing after a deletion that did not come to its
   * end.
   */
  private static boolean named(Repository repository, ModelListing listing, SourceRecord record)
      throws IOException {
    Set<String> refs = new HashSet<>(listing.refs().keySet());
    if (record.revisions().containsKey("")) {
      refs.add("main");
    }
    for (String ref : refs) {
      try {
        if (repository.ref(listing.model().name(), ref).isEmpty()) {
          return false;
        }
      } catch (CorruptContainerException | UnsupportedVersionException e) {
        return false;
      }
    }
    return true;
  }

  /** A damaged pointer is met again, and told, when the model is published. */
  private static boolean published(Repository repository, String model, String revision)
      throws IOException {
    try {
      Optional<Pointer> pointer = repository.pointer(model, revision);
      return pointer.isPresent() && !pointer.get().deleted();
    } catch (CorruptContainerException | UnsupportedVersionException e) {
      return false;
    }
  }
}
