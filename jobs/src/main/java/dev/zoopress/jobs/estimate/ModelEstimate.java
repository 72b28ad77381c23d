package dev.zoopress.jobs.estimate;

import dev.zoopress.jobs.compress.ModelResult;
import dev.zoopress.jobs.compress.ModelResult.Status;
import dev.zoopress.jobs.plan.Hints.Hint;
import dev.zoopress.jobs.source.Entry;
import dev.zoopress.jobs.source.ModelListing;
import dev.zoopress.jobs.source.Revision;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What one model would come to; the driver's row.
 *
 * @param filesUnchanged contents that would not be read
 * @param looked bytes read of its contents, and what was found wrong
 * @param results one per revision
 */
record ModelEstimate(
    int slice,
    int number,
    Status status,
    long files,
    long filesUnchanged,
    long sourceBytes,
    Looked looked,
    List<ModelResult> results)
    implements Serializable {

  /** A chunk as a model has it. */
  record Use(int content, Hint hint, long stored) implements Serializable {}

  /** What looks at a model's contents came to. */
  record Looked(long bytesRead, List<String> errors, List<String> warnings)
      implements Serializable {
    static final Looked NOTHING = new Looked(0, List.of(), List.of());

    private static final int MAX_TEXTS = 100;

    static Looked of(Look look) {
      return new Looked(look.bytesRead(), texts(look.error()), texts(look.warning()));
    }

    private static List<String> texts(String text) {
      return text.isEmpty() ? List.of() : List.of(text);
    }

    Looked plus(Looked other) {
      return new Looked(
          bytesRead + other.bytesRead,
          first(errors, other.errors),
          first(warnings, other.warnings));
    }

    private static List<String> first(List<String> a, List<String> b) {
      TreeSet<String> all = new TreeSet<>(a);
      all.addAll(b);
      return all.stream().limit(MAX_TEXTS).toList();
    }
  }

  static ModelEstimate of(SlicedModel model, Looked looked, Iterable<Use> uses) {
    ModelListing listing = model.planned().listing();
    List<String> errors = listing.problems().isEmpty() ? looked.errors() : listing.problems();
    Status status =
        model.planned().unchanged()
            ? Status.UNCHANGED
            : errors.isEmpty() ? Status.PLANNED : Status.FAILED;
    Map<Integer, List<Use>> byContent = new HashMap<>();
    uses.forEach(u -> byContent.computeIfAbsent(u.content(), c -> new ArrayList<>()).add(u));
    List<ModelResult> results = new ArrayList<>();
    if (status == Status.FAILED) {
      results.add(
          new ModelResult(
              listing.model().name(),
              "",
              status,
              listing.contents().size(),
              listing.sourceBytes(),
              0,
              String.join("; ", errors)));
    } else {
      for (Revision revision : listing.revisions()) {
        results.add(result(listing, revision, status, byContent));
      }
    }
    long unchanged = status == Status.FAILED ? 0 : listing.contents().size();
    return new ModelEstimate(
        model.slice(),
        model.number(),
        status,
        listing.contents().size(),
        unchanged - (status == Status.FAILED ? 0 : model.contents().size()),
        listing.sourceBytes(),
        looked,
        results);
  }

  /** Every chunk counts once, those of other models too. */
  private static ModelResult result(
      ModelListing listing, Revision revision, Status status, Map<Integer, List<Use>> byContent) {
    Set<Hint> seen = new HashSet<>();
    long bytes = 0;
    long stored = 0;
    for (Entry entry : revision.entries()) {
      bytes += listing.contents().get(entry.content()).stamp().sizeBytes();
      for (Use use : byContent.getOrDefault(entry.content(), List.of())) {
        stored += seen.add(use.hint()) ? use.stored() : 0;
      }
    }
    return new ModelResult(
        listing.model().name(),
        revision.commit(),
        status,
        revision.entries().size(),
        bytes,
        stored,
        "");
  }
}
