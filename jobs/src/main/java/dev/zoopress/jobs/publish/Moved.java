package dev.zoopress.jobs.publish;

import dev.zoopress.codec.manifest.Base;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A chunk's new place.
 *
 * @param at what it stands on included
 * @param fresh whether this run encoded it
 * @param hintHigh 0 for chunks without hint, {@code hintLow} likewise
 */
public record Moved(
    ChunkId id, int lengthBytes, ChunkLocation at, boolean fresh, long hintHigh, long hintLow)
    implements Serializable {

  public Moved to(ChunkLocation place) {
    return new Moved(id, lengthBytes, place, fresh, hintHigh, hintLow);
  }

  /**
   * Hands over the chunks that a place refers to, itself not included, whose packs are given up.
   * What stands below them is theirs.
   */
  public static void referred(
      ChunkLocation at, Collection<String> givenUp, Consumer<ChunkId> each) {
    Base base = at.base();
    if (base == null) {
      return;
    }
    List<ChunkEntry> chunks = new ArrayList<>(base.chunks());
    if (base.scales() != null) {
      chunks.add(base.scales().chunk());
    }
    for (ChunkEntry chunk : chunks) {
      if (givenUp.contains(chunk.location().pack())) {
        each.accept(chunk.id());
      } else {
        referred(chunk.location(), givenUp, each);
      }
    }
  }

  /**
   * A place with what it stands on at its new places; as it was where they would be too deep.
   *
   * @param moved new places; what is not there stays
   */
  public static ChunkLocation standing(
      ChunkLocation at, Collection<String> givenUp, Map<ChunkId, ChunkLocation> moved) {
    Base base = at.base();
    if (base == null) {
      return at;
    }
    List<ChunkEntry> chunks = new ArrayList<>();
    for (ChunkEntry chunk : base.chunks()) {
      chunks.add(entry(chunk, givenUp, moved));
    }
    Base.Scales s = base.scales();
    Base.Scales scales =
        s == null
            ? null
            : new Base.Scales(
                entry(s.chunk(), givenUp, moved), s.offsetBytes(), s.count(), s.stride(), s.zero());
    try {
      return at.standingOn(new Base(base.view(), chunks, scales), at.basePosition());
    } catch (IllegalArgumentException e) {
      return at;
    }
  }

  /** A chunk at its new place. */
  public static ChunkEntry entry(
      ChunkEntry chunk, Collection<String> givenUp, Map<ChunkId, ChunkLocation> moved) {
    ChunkLocation to = givenUp.contains(chunk.location().pack()) ? moved.get(chunk.id()) : null;
    return new ChunkEntry(
        chunk.id(),
        chunk.lengthBytes(),
        to != null ? to : standing(chunk.location(), givenUp, moved));
  }
}
