package dev.zoopress.jobs.optimize;

import dev.zoopress.codec.frame.FrameShape;
import dev.zoopress.codec.manifest.ChunkEntry;
import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.tensor.DType;
import dev.zoopress.jobs.delta.Place;
import java.io.Serializable;

/**
 * A chunk as a manifest names it.
 *
 * @param place where a file has it; where only something that stands on it names it, the place of
 *     that, marked by {@link #below}
 * @param columns as in {@link FrameShape}, {@code first} likewise
 */
record Seen(ChunkEntry chunk, Place place, DType dtype, long columns, long first)
    implements Serializable {
  private static final int BELOW = Integer.MAX_VALUE;

  /** Behind every place of a file. */
  static Place below(Place place) {
    return new Place(BELOW, place.model(), place.content(), place.offset());
  }

  boolean inFile() {
    return place.slice() != BELOW;
  }

  ChunkId id() {
    return chunk.id();
  }
}
