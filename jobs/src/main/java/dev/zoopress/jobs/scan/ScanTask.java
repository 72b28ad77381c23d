package dev.zoopress.jobs.scan;

import dev.zoopress.codec.format.FileLayout;
import dev.zoopress.codec.format.Segment;
import dev.zoopress.codec.tensor.DType;
import dev.zoopress.jobs.plan.SliceTask.Models;
import dev.zoopress.jobs.scan.ScanResult.Count;
import dev.zoopress.jobs.scan.ScanResult.ScannedModel;
import dev.zoopress.jobs.source.Content;
import dev.zoopress.jobs.source.Entry;
import dev.zoopress.jobs.source.ModelListing;
import dev.zoopress.jobs.source.ModelRef;
import dev.zoopress.jobs.source.Revision;
import dev.zoopress.jobs.source.SourceFile;
import dev.zoopress.jobs.source.SourceTree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/** Reads the headers of the models of a slice. */
final class ScanTask implements FlatMapFunction<Models, ScannedModel> {
  private static final long serialVersionUID = 1L;
  private static final int MAX_WARNINGS = 20;

  private final String source;
  private final SourceTree.Layout layout;
  private final Broadcast<SerializableConfiguration> hadoop;

  ScanTask(String source, SourceTree.Layout layout, Broadcast<SerializableConfiguration> hadoop) {
    this.source = source;
    this.layout = layout;
    this.hadoop = hadoop;
  }

  @Override
  public Iterator<ScannedModel> call(Models models) throws IOException {
    SourceTree tree = SourceTree.open(source, layout, hadoop.value().value());
    List<ScannedModel> rows = new ArrayList<>();
    for (ModelRef model : models.models()) {
      rows.add(new Look(tree, tree.list(model)).row());
    }
    return rows.iterator();
  }

  /** One model. */
  private static final class Look {
    private final SourceTree tree;
    private final ModelListing listing;
    private final Map<String, Count> formats = new TreeMap<>();
    private final Map<String, Count> dtypes = new TreeMap<>();
    private final List<String> warnings;
    private String error;

    Look(SourceTree tree, ModelListing listing) {
      this.tree = tree;
      this.listing = listing;
      this.error = listing.problems().isEmpty() ? "" : listing.problems().get(0);
      this.warnings = new ArrayList<>(listing.notes());
    }

    ScannedModel row() {
      List<String> revisions = new ArrayList<>();
      String[] shownAs = new String[listing.contents().size()];
      for (Revision revision : listing.revisions()) {
        if (!revision.commit().isEmpty()) {
          revisions.add(revision.commit());
        }
        for (Entry entry : revision.entries()) {
          shownAs[entry.content()] = entry.path();
        }
      }
      for (int i = 0; i < shownAs.length; i++) {
        Content content = listing.contents().get(i);
        read(content, shownAs[i] == null ? content.path() : shownAs[i]);
      }
      return new ScannedModel(
          listing.model().name(),
          revisions,
          listing.contents().size(),
          listing.sourceBytes(),
          formats,
          dtypes,
          error,
          List.copyOf(warnings.subList(0, Math.min(warnings.size(), MAX_WARNINGS))));
    }

    private void read(Content content, String path) {
      FileLayout found;
      try (SourceFile file = tree.open(content)) {
        found = file.layout(path);
      } catch (IOException e) {
        fail(path + ": " + e.getMessage());
        return;
      }
      count(formats, found.format(), content.stamp().sizeBytes());
      if (found.format().equals("lfs-pointer")) {
        fail(path + ": an LFS pointer, not content: fetch the file with git lfs pull");
      }
      if (!found.warning().isEmpty()) {
        warnings.add(path + ": " + found.warning());
      }
      for (Segment segment : found.segments()) {
        if (segment.dtype() != DType.OPAQUE) {
          count(dtypes, segment.dtype().name(), segment.lengthBytes());
        }
      }
    }

    private void fail(String reason) {
      error = error.isEmpty() ? reason : error;
    }

    private static void count(Map<String, Count> counts, String name, long bytes) {
      counts.merge(name, new Count(1, bytes), Count::plus);
    }
  }
}
