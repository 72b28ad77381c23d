package dev.zoopress.jobs.inspect;

import dev.zoopress.codec.manifest.Base;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.SegmentEntry;
import java.util.HashSet;
import java.util.Set;

/** What a chunk's location says about its storage. */
public final class Places {
  private Places() {}

  /** {@code delta}, {@code entropy} or {@code raw}. */
  public static String technique(ChunkLocation at) {
    if (at.base() != null) {
      return "delta";
    }
    return at.frameStoredBytes() >= at.frameRawBytes() ? "raw" : "entropy";
  }

  /** A chunk's part of its frame's stored bytes; the parts of a frame add up to all of it. */
  public static long share(ChunkLocation at, int lengthBytes) {
    long end = (long) at.offsetInFrame() + lengthBytes;
    return at.frameStoredBytes() * end / at.frameRawBytes()
        - (long) at.frameStoredBytes() * at.offsetInFrame() / at.frameRawBytes();
  }

  /** Why a chunk is needed. */
  public enum Role {
    /** A part of the file. */
    OWN,
    /** What chunks of the file stand on. */
    BASE
  }

  /** Takes a chunk that is needed. */
  @FunctionalInterface
  public interface Use {
    void of(ChunkEntry chunk, SegmentEntry segment, Role role);
  }

  /**
   * Passes every chunk that reading the file needs: its own in order, and once each base what
   * stands below.
   */
  public static void needed(FileEntry file, Use each) {
    Set<Base> seen = new HashSet<>();
    for (SegmentEntry segment : file.segments()) {
      for (ChunkEntry chunk : segment.chunks()) {
        each.of(chunk, segment, Role.OWN);
        below(chunk, segment, seen, each);
      }
    }
  }

  private static void below(ChunkEntry chunk, SegmentEntry segment, Set<Base> seen, Use each) {
    Base base = chunk.location().base();
    if (base == null || !seen.add(base)) {
      return;
    }
    for (ChunkEntry needed : base.chunks()) {
      each.of(needed, segment, Role.BASE);
      below(needed, segment, seen, each);
    }
    if (base.scales() != null) {
      each.of(base.scales().chunk(), segment, Role.BASE);
    }
  }
}
