package dev.zoopress.jobs.optimize;

import dev.zoopress.codec.frame.FrameShape;
import dev.zoopress.codec.manifest.Base;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A chunk with every place that published manifests name for it, the best one first. */
record Held(Seen first, List<ChunkLocation> places) implements Serializable {
  private static final Comparator<ChunkLocation> BEST =
      Comparator.comparingDouble(Held::density)
          .thenComparingInt(Held::depth)
          .thenComparing(ChunkLocation::pack)
          .thenComparingLong(ChunkLocation::frameOffset)
          .thenComparingInt(ChunkLocation::offsetInFrame);

  static Held of(Seen seen) {
    return new Held(seen, List.of(seen.chunk().location()));
  }

  Held plus(Held other) {
    List<ChunkLocation> all = new ArrayList<>(places);
    for (ChunkLocation place : other.places) {
      if (all.stream().noneMatch(p -> same(p, place))) {
        all.add(place);
      }
    }
    all.sort(BEST);
    boolean before = first.place().compareTo(other.first.place()) <= 0;
    return new Held(before ? first : other.first, List.copyOf(all));
  }

  private static boolean same(ChunkLocation x, ChunkLocation y) {
    return x.frameOffset() == y.frameOffset()
        && x.offsetInFrame() == y.offsetInFrame()
        && x.pack().equals(y.pack());
  }

  private static double density(ChunkLocation at) {
    return (double) at.frameStoredBytes() / Math.max(1, at.frameRawBytes());
  }

  /** Decodes below a place. */
  static int depth(ChunkLocation at) {
    return at.base() == null ? 0 : at.base().depth();
  }

  ChunkId id() {
    return first.id();
  }

  int length() {
    return first.chunk().lengthBytes();
  }

  FrameShape shape() {
    return new FrameShape(first.dtype(), first.columns(), first.first());
  }

  ChunkLocation best() {
    return places.get(0);
  }

  /** What the chunk takes at a place: its part of the frame. */
  double share(ChunkLocation at) {
    return density(at) * length();
  }

  /** The chunk at its best place among those that pass; null if none does. */
  ChunkEntry at(Predicate<ChunkLocation> test) {
    return places.stream()
        .filter(test)
        .findFirst()
        .map(p -> new ChunkEntry(id(), length(), p))
        .orElse(null);
  }

  /** Hands over what a place stands on, all the way down. */
  static void below(ChunkLocation at, Consumer<ChunkEntry> each) {
    Base base = at.base();
    if (base == null) {
      return;
    }
    for (ChunkEntry chunk : base.chunks()) {
      each.accept(chunk);
      below(chunk.location(), each);
    }
    if (base.scales() != null) {
      each.accept(base.scales().chunk());
    }
  }
}
