package dev.zoopress.jobs.compress;

import dev.zoopress.codec.chunk.Chunker;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.codec.tensor.DType;
import dev.zoopress.jobs.delta.BaseText;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/** What a finished unit left behind: lines of its record object. */
public final class UnitRecord {
  private UnitRecord() {}

  /** One line; exactly one field is not null. */
  public record Line(Summary summary, ContentResult content, StoredChunk chunk) {}

  /**
   * The first line.
   *
   * @param failures contents that could not be read
   * @param delta bytes and stored bytes of frames that stand on a base
   * @param entropy bytes and stored bytes of frames that became smaller
   * @param raw bytes and stored bytes of frames that did not
   * @param dtypes source bytes and stored bytes of frames per element type
   */
  public record Summary(
      int failures,
      long sourceBytes,
      long duplicateBytes,
      long chunks,
      ByteShare delta,
      ByteShare entropy,
      ByteShare raw,
      Map<String, ByteShare> dtypes,
      List<PackRow> packs)
      implements Serializable {}

  /** A pack that the unit wrote. */
  public record PackRow(String id, long sizeBytes) implements Serializable {}

  /**
   * What a content, or a piece of it, is made of.
   *
   * @param piece first byte of the piece, -1 for a whole content, -2 for the whole-file hash alone,
   *     -3 for a second wave
   * @param sha256 empty for a piece
   * @param error why the content cannot be stored; empty where it can
   * @param contentBytes of all its segments
   */
  public record ContentResult(
      int slice,
      int model,
      int index,
      long piece,
      String sha256,
      String gitSha1,
      String format,
      String warning,
      String error,
      long contentBytes,
      List<SegmentPart> segments) {
    /** {@link #piece} of what a later wave reads again. */
    public static final long LATER_WAVE = -3;
  }

  /**
   * Chunks of a segment, in order and without gap.
   *
   * @param firstOffset where the first of them starts in the file
   * @param chunkIds their ids, 64 hex digits each
   */
  public record SegmentPart(
      int segment,
      String name,
      DType dtype,
      List<Long> shape,
      long lengthBytes,
      long firstOffset,
      String chunkIds,
      List<Integer> chunkLengths) {
    public int chunkCount() {
      return chunkLengths.size();
    }

    /** Where chunk {@code i} of this part starts in the file. */
    public long chunkOffset(int i) {
      return firstOffset + (long) i * Chunker.CHUNK_BYTES;
    }

    /** Id of chunk {@code i} of this part. */
    public ChunkId chunkId(int i) {
      return ChunkId.parse(chunkIds.substring(64 * i, 64 * i + 64));
    }
  }

  /**
   * A chunk that the unit stored, with the place it was first met at.
   *
   * @param base what its frame stands on, as {@link BaseText} writes it; empty for none
   * @param basePosition where the frame stands there
   */
  public record StoredChunk(
      String id,
      int lengthBytes,
      DType dtype,
      long hintHigh,
      long hintLow,
      int slice,
      int model,
      String pack,
      long frameOffset,
      int frameStoredBytes,
      int frameRawBytes,
      int offsetInFrame,
      String base,
      long basePosition) {
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
  }
}
