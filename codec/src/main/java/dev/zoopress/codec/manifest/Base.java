package dev.zoopress.codec.manifest;

import dev.zoopress.codec.view.View;
import java.io.Serializable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** What frames stand on: chunks that follow each other, looked at through a view. Immutable. */
public final class Base implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Decodes below a frame at most. */
  public static final int MAX_DEPTH = 2;

  private final View view;
  private final List<ChunkEntry> chunks;
  private final Scales scales;
  private final long baseBytes;
  private final int depth;
  private final int hash;

  /**
   * Scales of a quantisation, F32, as they lie in a file.
   *
   * @param chunk holds them; its frame stands alone
   * @param offsetBytes where they start in the chunk
   * @param count how many there are
   * @param stride elements of the view that share one, before the next one's turn
   * @param zero what is added to every quantised value
   */
  public record Scales(ChunkEntry chunk, int offsetBytes, int count, long stride, int zero)
      implements Serializable {
    public Scales {
      Objects.requireNonNull(chunk);
    }

    /** Why these are no scales, or null if they are. */
    String problem() {
      if (chunk.location().base() != null) {
        return "scales stand on a base";
      }
      if (count < 1 || offsetBytes < 0 || offsetBytes + 4L * count > chunk.lengthBytes()) {
        return count + " scales at " + offsetBytes + " of " + chunk.lengthBytes() + " bytes";
      }
      return stride < 1 || zero < -128 || zero > 255 ? "stride " + stride + ", zero " + zero : null;
    }
  }

  /** A base; what its chunks stand on is part of it. */
  public Base(View view, List<ChunkEntry> chunks, Scales scales) {
    this.view = Objects.requireNonNull(view);
    this.chunks = List.copyOf(chunks);
    this.scales = scales;
    long bytes = 0;
    int deepest = 0;
    for (ChunkEntry chunk : chunks) {
      bytes += chunk.lengthBytes();
      Base below = chunk.location().base();
      deepest = below == null ? deepest : Math.max(deepest, below.depth);
    }
    this.baseBytes = bytes;
    this.depth = deepest + 1;
    String problem = view.problem(bytes);
    if (problem == null && (scales != null) != view.rule().needsScales()) {
      problem = "rule " + view.rule() + (scales == null ? " without scales" : " with scales");
    }
    if (problem == null && scales != null) {
      problem = scales.problem();
    }
    if (problem == null && depth > MAX_DEPTH) {
      problem = "more than " + MAX_DEPTH + " decodes below a frame";
    }
    if (problem != null) {
      throw new IllegalArgumentException(problem);
    }
    this.hash = Objects.hash(view, this.chunks, scales);
  }

  public View view() {
    return view;
  }

  /** In order, without gaps; they may stand on bases themselves, whose chunks may not. */
  public List<ChunkEntry> chunks() {
    return chunks;
  }

  /** For rule AFFINE; else null. */
  public Scales scales() {
    return scales;
  }

  /** Decodes below a frame that stands on this: 1, or 2 where its chunks stand on others. */
  public int depth() {
    return depth;
  }

  /** Every pack that reading it may touch; the caller's own. */
  public Set<String> packs() {
    Set<String> packs = new LinkedHashSet<>();
    chunks.forEach(chunk -> packs.addAll(chunk.location().packs()));
    if (scales != null) {
      packs.addAll(scales.chunk().location().packs());
    }
    return packs;
  }

  /** Bytes of the chunks. */
  public long baseBytes() {
    return baseBytes;
  }

  /** Bytes that frames can stand on. */
  public long lengthBytes() {
    return view.lengthBytes(baseBytes);
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof Base that
            && hash == that.hash
            && view.equals(that.view)
            && Objects.equals(scales, that.scales)
            && chunks.equals(that.chunks));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return view + " of " + chunks.size() + " chunks";
  }
}
