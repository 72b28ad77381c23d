package dev.zoopress.jobs.verify;

import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.jobs.inspect.Places;
import dev.zoopress.jobs.store.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who needs which byte of a store: what published manifests say, read without the job's own way.
 */
final class FlipTargets {
  /** A frame, the chunks in it that manifests name, and the files that need it, by revision. */
  record Frame(
      long start, long end, Map<Integer, ChunkEntry> chunks, Map<String, TreeSet<String>> files) {
    int fileCount() {
      return files.values().stream().mapToInt(TreeSet::size).sum();
    }
  }

  private final Map<String, TreeMap<Long, Frame>> packs = new HashMap<>();
  private final Map<String, List<RevisionRow>> manifests = new HashMap<>();
  private final List<RevisionRow> rows = new ArrayList<>();
  private int files;

  FlipTargets(Repository repository) throws IOException {
    List<String> models = new ArrayList<>();
    repository.models(models::add);
    for (String model : models) {
      rows.addAll(Revisions.of(repository, model).rows());
    }
    for (RevisionRow row : rows) {
      manifests.computeIfAbsent(row.manifest(), m -> new ArrayList<>()).add(row);
      for (FileEntry file : repository.manifest(row.manifest()).files()) {
        files++;
        Places.needed(file, (chunk, segment, role) -> add(row, file, chunk));
      }
    }
  }

  private void add(RevisionRow row, FileEntry file, ChunkEntry chunk) {
    ChunkLocation at = chunk.location();
    Frame frame =
        packs
            .computeIfAbsent(at.pack(), p -> new TreeMap<>())
            .computeIfAbsent(
                at.frameOffset(),
                start ->
                    new Frame(
                        start, start + at.frameStoredBytes(), new TreeMap<>(), new TreeMap<>()));
    frame.chunks().putIfAbsent(at.offsetInFrame(), chunk);
    frame.files().computeIfAbsent(row.name(), n -> new TreeSet<>()).add(file.path());
  }

  List<RevisionRow> rows() {
    return rows;
  }

  int files() {
    return files;
  }

  /** The frame that a byte of a pack belongs to, or null: header, footer, or nobody's. */
  Frame frame(String pack, long at) {
    TreeMap<Long, Frame> frames = packs.get(pack);
    Map.Entry<Long, Frame> found = frames == null ? null : frames.floorEntry(at);
    return found == null || at >= found.getValue().end() ? null : found.getValue();
  }

  /** The revisions that a manifest belongs to. */
  List<RevisionRow> revisions(String manifest) {
    return manifests.getOrDefault(manifest, List.of());
  }
}
