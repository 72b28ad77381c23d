package dev.zoopress.jobs.index;

import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.manifest.FileEntry;
import dev.zoopress.codec.manifest.SegmentEntry;
import dev.zoopress.jobs.compress.UnitRecord.StoredChunk;
import dev.zoopress.jobs.delta.BaseText;
import dev.zoopress.jobs.plan.JsonLines;
import dev.zoopress.jobs.plan.RunFolder;
import dev.zoopress.jobs.store.ObjectStore;
import java.io.IOException;
import java.io.Serializable;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiFunction;

/** The published chunks that a run stored, one object per slice of its models. */
public final class ChunkTable {
  /** Where the tables lie. */
  public static final String FOLDER = "index/chunks/";

  private final Set<ChunkId> seen = new HashSet<>();
  private final JsonLines.Writer rows;

  /**
   * A published chunk; hints are 0 for chunks below 64 KiB. {@code base} is empty for frames that
   * stand alone.
   */
  public record Row(
      String id,
      int lengthBytes,
      long hintHigh,
      long hintLow,
      String pack,
      long frameOffset,
      int frameStoredBytes,
      int frameRawBytes,
      int offsetInFrame,
      String base,
      long basePosition)
      implements Serializable {
    /** The row of a chunk at a place; {@code hintHigh} and {@code hintLow} are 0 for none. */
    public static Row of(
        ChunkId id, int lengthBytes, long hintHigh, long hintLow, ChunkLocation at) {
      return new Row(
          id.hex(),
          lengthBytes,
          hintHigh,
          hintLow,
          at.pack(),
          at.frameOffset(),
          at.frameStoredBytes(),
          at.frameRawBytes(),
          at.offsetInFrame(),
          BaseText.write(at.base()),
          at.basePosition());
    }

    public ChunkLocation location() {
      return new ChunkLocation(
          pack,
          frameOffset,
          frameStoredBytes,
          frameRawBytes,
          offsetInFrame,
          BaseText.read(base),
          basePosition);
    }

    boolean alone() {
      return base == null || base.isEmpty();
    }

    /** Packs that must be there for the row to be of use. */
    public Set<String> packs() {
      return alone() ? Set.of(pack) : location().packs();
    }
  }

  public ChunkTable() throws IOException {
    rows = new JsonLines.Writer();
  }

  /**
   * Adds the chunks of a file that this run stored.
   *
   * @param own the unit's row of a chunk at a place, null if another run stored it
   */
  public void add(FileEntry file, BiFunction<ChunkId, ChunkLocation, StoredChunk> own)
      throws IOException {
    for (SegmentEntry segment : file.segments()) {
      for (ChunkEntry entry : segment.chunks()) {
        StoredChunk chunk = own.apply(entry.id(), entry.location());
        if (chunk != null && seen.add(entry.id())) {
          rows.add(
              new Row(
                  chunk.id(),
                  chunk.lengthBytes(),
                  chunk.hintHigh(),
                  chunk.hintLow(),
                  chunk.pack(),
                  chunk.frameOffset(),
                  chunk.frameStoredBytes(),
                  chunk.frameRawBytes(),
                  chunk.offsetInFrame(),
                  chunk.base(),
                  chunk.basePosition()));
        }
      }
    }
  }

  /** Adds a row that somebody else made. */
  public void add(Row row) throws IOException {
    if (seen.add(ChunkId.parse(row.id()))) {
      rows.add(row);
    }
  }

  /** Writes the rows into the run's folder and returns the key; empty if there is no row. */
  public String write(RunFolder folder, int slice) throws IOException {
    if (seen.isEmpty()) {
      rows.close();
      return "";
    }
    return folder.write("chunks", slice, rows);
  }

  /** Drops from one object of the table what lies in packs that nothing refers to any more. */
  public static void drop(ObjectStore store, String key, Set<String> packs) throws IOException {
    boolean[] changed = new boolean[1];
    int[] kept = new int[1];
    try (JsonLines.Writer rows = new JsonLines.Writer()) {
      JsonLines.read(
          store,
          key,
          RunFolder.MAX_OBJECT_BYTES,
          Row.class,
          row -> {
            if (packs.contains(row.pack())) {
              changed[0] = true;
              return;
            }
            kept[0]++;
            try {
              rows.add(row);
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          });
      if (kept[0] == 0) {
        store.delete(key);
      } else if (changed[0]) {
        store.put(key, rows.bytes());
      }
    }
  }

  /** Adds rows that a run wrote to the index, once it publishes. */
  public static void publish(ObjectStore store, String key, String runId, int slice)
      throws IOException {
    if (!key.isEmpty()) {
      byte[] bytes = JsonLines.bytes(store, key, RunFolder.MAX_OBJECT_BYTES);
      store.put(FOLDER + runId + "/%06d.jsonl.zst".formatted(slice), bytes);
    }
  }
}
