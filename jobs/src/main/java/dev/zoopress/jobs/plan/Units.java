package dev.zoopress.jobs.plan;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Cuts the sorted list of contents into units of work by cumulative bytes: the cut depends on bytes
 * only. Contents above {@link #SPLIT_BYTES} are cut in pieces, and hashed as a whole by a unit of
 * their own.
 */
public final class Units {
  /** Source bytes of a unit, about. */
  public static final long UNIT_BYTES = 256L << 20;

  /** Larger contents are split. */
  public static final long SPLIT_BYTES = 1L << 30;

  private Units() {}

  /** What a unit is made of. */
  public enum Kind {
    /** Contents that start in a stretch of the cumulative bytes. */
    CONTENTS,
    /** A piece of one large content. */
    PIECE,
    /** The whole-file hash of one large content. */
    HASH,
    /** Chunks whose leader turned out to be different: the second wave. */
    CHUNKS
  }

  /**
   * A slice of the sorted models, as scan planned it: the driver's row.
   *
   * @param key object with the slice's {@link PlannedModel} rows
   * @param splittable large contents to read
   * @param plainBytes bytes to read in all other contents
   */
  public record Slice(
      int index,
      String key,
      long models,
      long unchangedModels,
      long unchangedFiles,
      long readFiles,
      long plainBytes,
      List<Large> splittable)
      implements Serializable {}

  /** A content that is split: its place in its slice, and its size. */
  public record Large(int model, int content, long sizeBytes) implements Serializable {}

  /**
   * A part of a slice that a unit needs.
   *
   * @param startBytes cumulative bytes of the plain contents before the slice
   */
  public record Part(int slice, String key, long startBytes) implements Serializable {}

  /**
   * A unit of work.
   *
   * @param number identifies the unit in its run, from 0 without gaps
   * @param fromBytes CONTENTS: first cumulative byte; PIECE: first byte of the content
   * @param toBytes end, exclusive
   * @param large the content of PIECE and HASH, else null
   */
  public record Unit(
      int number, Kind kind, List<Part> parts, long fromBytes, long toBytes, Large large)
      implements Serializable {
    public long sizeBytes() {
      return toBytes - fromBytes;
    }

    /** A stretch of a content. */
    public record Stretch(long fromBytes, long toBytes) {
      public boolean holds(long offset) {
        return offset >= fromBytes && offset < toBytes;
      }
    }

    /**
     * Which part of a content is this unit's: of a split one its piece, in proportion where {@code
     * contentBytes} is not the size of the file.
     */
    public Stretch stretch(long contentBytes) {
      return kind == Kind.CONTENTS || large == null
          ? new Stretch(0, Long.MAX_VALUE)
          : new Stretch(scaled(fromBytes, contentBytes), scaled(toBytes, contentBytes));
    }

    private long scaled(long position, long contentBytes) {
      long size = large.sizeBytes();
      if (position == size || contentBytes == size) {
        return position == size ? contentBytes : position;
      }
      return (long) ((double) position / size * contentBytes);
    }
  }

  /** The units of {@code slices}, which are in order. */
  public static List<Unit> cut(List<Slice> slices) {
    TreeMap<Long, List<Part>> plain = new TreeMap<>();
    List<Unit> units = new ArrayList<>();
    long start = 0;
    for (Slice slice : slices) {
      Part part = new Part(slice.index(), slice.key(), start);
      long end = start + slice.plainBytes();
      if (slice.readFiles() > 0) {
        for (long u = start / UNIT_BYTES; u <= end / UNIT_BYTES; u++) {
          plain.computeIfAbsent(u, x -> new ArrayList<>()).add(part);
        }
      }
      start = end;
    }
    plain.forEach(
        (u, parts) ->
            units.add(
                new Unit(
                    units.size(),
                    Kind.CONTENTS,
                    List.copyOf(parts),
                    u * UNIT_BYTES,
                    (u + 1) * UNIT_BYTES,
                    null)));
    for (Slice slice : slices) {
      List<Part> parts = List.of(new Part(slice.index(), slice.key(), 0));
      for (Large large : slice.splittable()) {
        long size = large.sizeBytes();
        units.add(new Unit(units.size(), Kind.HASH, parts, 0, size, large));
        for (long from = 0; from < size; from += UNIT_BYTES) {
          units.add(
              new Unit(
                  units.size(), Kind.PIECE, parts, from, Math.min(size, from + UNIT_BYTES), large));
        }
      }
    }
    return units;
  }
}
