package dev.zoopress.jobs.evaluate;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.IntegrityException;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.codec.manifest.SegmentEntry;
import dev.zoopress.eval.compare.SideSpec;
import dev.zoopress.eval.compare.TaskChoice;
import dev.zoopress.eval.model.ModelConfig;
import dev.zoopress.eval.model.ModelFiles;
import dev.zoopress.eval.model.TensorDirectory;
import dev.zoopress.eval.model.UnusableModelException;
import dev.zoopress.eval.task.TaskKind;
import dev.zoopress.jobs.restore.OpenStore;
import dev.zoopress.jobs.source.Content;
import dev.zoopress.jobs.source.Entry;
import dev.zoopress.jobs.source.ModelListing;
import dev.zoopress.jobs.source.Revision;
import dev.zoopress.jobs.source.SourceTree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.function.FlatMapFunction;

/** Lists models on both sides and chooses what can be run on them. */
final class PlanTask implements FlatMapFunction<Iterator<Candidate>, PlannedModel> {
  private static final long serialVersionUID = 1L;

  private final String source;
  private final SourceTree.Layout layout;
  private final String store;
  private final List<TaskKind> tasks;
  private final int slots;
  private final TreeMap<String, String> conf;

  /**
   * A plan of the models given to it.
   *
   * @param slots tasks at a time in a process
   */
  PlanTask(
      String source,
      SourceTree.Layout layout,
      String store,
      Collection<TaskKind> tasks,
      int slots,
      Map<String, String> conf) {
    this.source = source;
    this.layout = layout;
    this.store = store;
    this.tasks = tasks.stream().sorted().toList();
    this.slots = slots;
    this.conf = new TreeMap<>(conf);
  }

  @Override
  public Iterator<PlannedModel> call(Iterator<Candidate> candidates) throws IOException {
    List<PlannedModel> planned = new ArrayList<>();
    Configuration hadoop = Settings.of(conf);
    SourceTree tree = SourceTree.open(source, layout, hadoop);
    try (OpenStore open = new OpenStore(store, hadoop)) {
      while (candidates.hasNext()) {
        Candidate candidate = candidates.next();
        try {
          planned.add(plan(candidate, tree, open));
        } catch (UnusableModelException e) {
          planned.add(PlannedModel.failed(candidate, e.getMessage()));
        } catch (CorruptContainerException | IntegrityException e) {
          planned.add(PlannedModel.damaged(candidate, e.getMessage()));
        }
      }
    }
    return planned.iterator();
  }

  private PlannedModel plan(Candidate candidate, SourceTree tree, OpenStore open)
      throws IOException {
    if (!candidate.damage().isEmpty()) {
      return PlannedModel.damaged(candidate, candidate.damage());
    }
    if (candidate.original() == null) {
      return PlannedModel.failed(candidate, "not in " + source + ": nothing to compare with");
    }
    if (candidate.stored() == null) {
      return PlannedModel.failed(candidate, "not in the store: run zoopress compress first");
    }
    ModelListing listing = tree.list(candidate.original());
    if (!listing.problems().isEmpty()) {
      return PlannedModel.failed(candidate, "original: " + listing.problems().get(0));
    }
    String revision = candidate.stored().revision();
    Revision found = null;
    for (Revision one : listing.revisions()) {
      found = one.commit().isEmpty() || one.commit().equals(revision) ? one : found;
    }
    if (found == null) {
      return PlannedModel.failed(candidate, "the original has no revision " + revision);
    }
    Map<String, Content> files = new TreeMap<>();
    for (Entry entry : found.entries()) {
      files.put(entry.path(), listing.contents().get(entry.content()));
    }
    Manifest manifest = StoredOpener.manifest(open, candidate.stored().manifest());
    SideSpec a =
        SideSpec.of(
            OriginalOpener.class,
            Place.write(
                new Place.Original(source, layout, candidate.original().directory(), files, conf)));
    SideSpec b =
        SideSpec.of(
            StoredOpener.class, Place.write(new Place.Stored(store, candidate.stored(), conf)));
    try (ModelFiles original = a.open()) {
      TaskChoice choice = TaskChoice.of(original, tasks);
      return new PlannedModel(
          candidate.model(),
          revision,
          a,
          b,
          original.sizes().values().stream().mapToLong(s -> s).sum(),
          storedBytes(manifest),
          MemoryBudget.of(TensorDirectory.sessionBytes(original), slots),
          choice.run(),
          choice.skipped(),
          choice.run().contains(TaskKind.ADVGLUE)
              ? TaskKind.of(ModelConfig.of(original).finetuningTask()).orElse(null)
              : null,
          "",
          false);
    }
  }

  private static long storedBytes(Manifest manifest) {
    Set<ChunkId> seen = new HashSet<>();
    double bytes = 0;
    for (FileEntry file : manifest.files()) {
      for (SegmentEntry segment : file.segments()) {
        for (ChunkEntry chunk : segment.chunks()) {
          if (seen.add(chunk.id())) {
            bytes +=
                (double) chunk.location().frameStoredBytes()
                    * chunk.lengthBytes()
                    / Math.max(1, chunk.location().frameRawBytes());
          }
        }
      }
    }
    return Math.round(bytes);
  }
}
