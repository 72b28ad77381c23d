package dev.zoopress.codec.manifest;

import java.io.Serializable;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;

/**
 * Where a chunk's bytes lie: a stretch of what one frame of one pack decodes to.
 *
 * @param pack id of the pack, 64 hex digits; {@link #THIS_PACK} in a manifest that a pack carries
 * @param frameOffset where the frame starts in the pack
 * @param frameStoredBytes its length there
 * @param frameRawBytes what it decodes to, at most 16 MiB
 * @param offsetInFrame where the chunk starts in the decoded frame
 * @param base what the frame is decoded against; null where it stands alone
 * @param basePosition where the frame's first raw byte stands in what the base's view gives
 */
public record ChunkLocation(
    String pack,
    long frameOffset,
    int frameStoredBytes,
    int frameRawBytes,
    int offsetInFrame,
    Base base,
    long basePosition)
    implements Serializable {
  /** Stands for the pack that a manifest is embedded in, whose id it cannot know. */
  public static final String THIS_PACK = "0".repeat(64);

  private static final long serialVersionUID = 1L;

  public ChunkLocation {
    Objects.requireNonNull(pack);
    if (base == null
        ? basePosition != 0
        : basePosition < 0 || basePosition > base.lengthBytes() - frameRawBytes) {
      throw new IllegalArgumentException("a frame at " + basePosition + " of its base");
    }
  }

  /** In a frame that stands alone. */
  public ChunkLocation(
      String pack, long frameOffset, int frameStoredBytes, int frameRawBytes, int offsetInFrame) {
    this(pack, frameOffset, frameStoredBytes, frameRawBytes, offsetInFrame, null, 0);
  }

  /** The same place, in a frame that stands on {@code base}. */
  public ChunkLocation standingOn(Base base, long basePosition) {
    return new ChunkLocation(
        pack, frameOffset, frameStoredBytes, frameRawBytes, offsetInFrame, base, basePosition);
  }

  /** Every pack that reading from here may touch: its own, those of bases and of their bases. */
  public Set<String> packs() {
    Set<String> packs = base == null ? new LinkedHashSet<>() : base.packs();
    packs.add(pack);
    return packs;
  }
}
