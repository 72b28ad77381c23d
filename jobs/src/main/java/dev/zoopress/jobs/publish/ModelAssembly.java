package dev.zoopress.jobs.publish;

import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.SegmentEntry;
import dev.zoopress.jobs.compress.UnitRecord.ContentResult;
import dev.zoopress.jobs.compress.UnitRecord.SegmentPart;
import dev.zoopress.jobs.source.Content;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BiFunction;

/** Puts the parts of one content together: pieces, whole-file hash, places of chunks. */
final class ModelAssembly {
  private ModelAssembly() {}

  /** A part of a content with the unit that read it. */
  record Part(int unit, ContentResult result) {}

  /** Why a content cannot be published; the message is for people. */
  static final class Incomplete extends Exception {
    private static final long serialVersionUID = 1L;

    Incomplete(String message) {
      super(message);
    }
  }

  /**
   * The file entry of a content, under a path that the caller replaces.
   *
   * @param places where a unit's chunk lies; null if nowhere
   */
  static FileEntry file(
      Content content, List<Part> parts, BiFunction<Integer, ChunkId, ChunkLocation> places)
      throws Incomplete {
    String sha256 = "";
    String gitSha1 = "";
    String format = "opaque";
    long contentBytes = 0;
    List<Part> sorted = new ArrayList<>(parts);
    sorted.sort(Comparator.comparingLong(p -> p.result().piece()));
    TreeMap<Integer, SegmentPart> heads = new TreeMap<>();
    TreeMap<Integer, List<ChunkEntry>> chunks = new TreeMap<>();
    for (Part part : sorted) {
      ContentResult result = part.result();
      if (!result.error().isEmpty()) {
        throw new Incomplete(result.error());
      }
      if (!result.sha256().isEmpty()) {
        sha256 = result.sha256();
        gitSha1 = result.gitSha1();
        format = result.format();
        contentBytes = result.contentBytes();
      }
      for (SegmentPart segment : result.segments()) {
        heads.putIfAbsent(segment.segment(), segment);
        List<ChunkEntry> entries =
            chunks.computeIfAbsent(segment.segment(), s -> new ArrayList<>());
        for (int i = 0; i < segment.chunkCount(); i++) {
          ChunkId id = segment.chunkId(i);
          ChunkLocation place = places.apply(part.unit(), id);
          if (place == null) {
            throw new Incomplete(
                content.path()
                    + ": chunk "
                    + id.hex()
                    + " could not be stored: run compress again");
          }
          entries.add(new ChunkEntry(id, segment.chunkLengths().get(i), place));
        }
      }
    }
    if (sha256.isEmpty()) {
      throw new Incomplete(content.path() + ": was not read: run compress again");
    }
    List<SegmentEntry> segments = new ArrayList<>();
    long sum = 0;
    for (SegmentPart head : heads.values()) {
      List<ChunkEntry> entries = chunks.get(head.segment());
      long bytes = entries.stream().mapToLong(ChunkEntry::lengthBytes).sum();
      if (bytes != head.lengthBytes()) {
        throw new Incomplete(content.path() + ": changed while it was being read");
      }
      sum += bytes;
      segments.add(
          new SegmentEntry(head.name(), head.dtype(), head.shape(), head.lengthBytes(), entries));
    }
    long size = content.stamp().sizeBytes();
    if (sum != contentBytes || (sum != size && !format.startsWith(FileEntry.FOLDED))) {
      throw new Incomplete(content.path() + ": changed while it was being read");
    }
    return new FileEntry("content", size, sha256, gitSha1, content.lfs(), "", format, segments);
  }
}
