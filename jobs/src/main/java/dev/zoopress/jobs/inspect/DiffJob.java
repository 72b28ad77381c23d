package dev.zoopress.jobs.inspect;

import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.Manifest;
import dev.zoopress.codec.manifest.SegmentEntry;
import dev.zoopress.jobs.inspect.DiffResult.FileChange;
import dev.zoopress.jobs.inspect.DiffResult.Kind;
import dev.zoopress.jobs.inspect.DiffResult.TensorChange;
import dev.zoopress.jobs.restore.Layout;
import dev.zoopress.jobs.restore.Selection;
import dev.zoopress.jobs.restore.StoredRevision;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Stores;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;

/** Compares two revisions by the chunk ids in their manifests: nothing is decoded. */
public final class DiffJob {
  private final Configuration hadoop;
  private final String store;
  private final String left;
  private final String right;

  /** Both sides are {@code MODEL[@REV]}. */
  public DiffJob(Configuration hadoop, String store, String left, String right) {
    this.hadoop = Objects.requireNonNull(hadoop);
    this.store = Objects.requireNonNull(store);
    this.left = Objects.requireNonNull(left);
    this.right = Objects.requireNonNull(right);
  }

  /**
   * Reads both manifests.
   *
   * @throws IOException if there is no repository, or one side is not in it
   */
  public DiffResult execute() throws IOException {
    try (ObjectStore objects = Stores.open(store, hadoop)) {
      Repository repository = Repository.open(objects);
      StoredRevision a = one(repository, left);
      StoredRevision b = one(repository, right);
      Manifest from = repository.manifest(a.manifest());
      Manifest to = repository.manifest(b.manifest());
      return new DiffResult(
          a.model() + "@" + a.revision(),
          b.model() + "@" + b.revision(),
          files(from, to),
          tensors(from, to));
    }
  }

  private static StoredRevision one(Repository repository, String wanted) throws IOException {
    return Selection.sound(repository, wanted, Layout.PLAIN).get(0);
  }

  private static List<FileChange> files(Manifest from, Manifest to) {
    TreeMap<String, FileEntry> a = new TreeMap<>();
    from.files().forEach(f -> a.put(f.path(), f));
    TreeMap<String, FileEntry> b = new TreeMap<>();
    to.files().forEach(f -> b.put(f.path(), f));
    TreeSet<String> paths = new TreeSet<>(a.keySet());
    paths.addAll(b.keySet());
    List<FileChange> changes = new ArrayList<>();
    for (String path : paths) {
      FileEntry before = a.get(path);
      FileEntry after = b.get(path);
      Kind kind =
          before == null
              ? Kind.ADDED
              : after == null
                  ? Kind.GONE
                  : before.sha256().equals(after.sha256()) ? Kind.SAME : Kind.CHANGED;
      changes.add(
          new FileChange(
              kind,
              path,
              before == null ? 0 : before.sizeBytes(),
              after == null ? 0 : after.sizeBytes()));
    }
    return changes;
  }

  /**
   * By name; where several files hold a tensor of one name (the same weights in two containers),
   * one that is equal on both sides is preferred.
   */
  private static List<TensorChange> tensors(Manifest from, Manifest to) {
    TreeMap<String, List<SegmentEntry>> a = named(from);
    TreeMap<String, List<SegmentEntry>> b = named(to);
    TreeSet<String> names = new TreeSet<>(a.keySet());
    names.addAll(b.keySet());
    List<TensorChange> changes = new ArrayList<>();
    for (String name : names) {
      List<SegmentEntry> before = a.getOrDefault(name, List.of());
      List<SegmentEntry> after = b.getOrDefault(name, List.of());
      if (before.isEmpty()) {
        SegmentEntry added = after.get(0);
        long bytes = added.lengthBytes();
        changes.add(new TensorChange(Kind.ADDED, name, type(added), 0, bytes, bytes));
      } else if (after.isEmpty()) {
        SegmentEntry gone = before.get(0);
        changes.add(new TensorChange(Kind.GONE, name, type(gone), gone.lengthBytes(), 0, 0));
      } else {
        changes.add(closest(name, before, after));
      }
    }
    return changes;
  }

  private static TreeMap<String, List<SegmentEntry>> named(Manifest manifest) {
    TreeMap<String, List<SegmentEntry>> tensors = new TreeMap<>();
    for (FileEntry file : manifest.files()) {
      for (SegmentEntry segment : file.segments()) {
        if (!segment.name().isEmpty() && file.linkTarget().isEmpty()) {
          tensors.computeIfAbsent(segment.name(), n -> new ArrayList<>()).add(segment);
        }
      }
    }
    return tensors;
  }

  private static TensorChange closest(
      String name, List<SegmentEntry> before, List<SegmentEntry> after) {
    TensorChange best = null;
    for (SegmentEntry a : before) {
      for (SegmentEntry b : after) {
        TensorChange change = compare(name, a, b);
        if (best == null || change.changedBytes() < best.changedBytes()) {
          best = change;
        }
        if (best.kind() == Kind.SAME) {
          return best;
        }
      }
    }
    return best;
  }

  private static TensorChange compare(String name, SegmentEntry a, SegmentEntry b) {
    long changed = 0;
    for (int i = 0; i < b.chunks().size(); i++) {
      ChunkEntry chunk = b.chunks().get(i);
      boolean same = i < a.chunks().size() && a.chunks().get(i).id().equals(chunk.id());
      changed += same ? 0 : chunk.lengthBytes();
    }
    boolean sameType = type(a).equals(type(b));
    boolean same = changed == 0 && a.lengthBytes() == b.lengthBytes() && sameType;
    return new TensorChange(
        same ? Kind.SAME : Kind.CHANGED,
        name,
        sameType ? type(b) : type(a) + " -> " + type(b),
        a.lengthBytes(),
        b.lengthBytes(),
        changed);
  }

  private static String type(SegmentEntry segment) {
    return segment.dtype() + segment.shape().toString().replace(" ", "");
  }
}
