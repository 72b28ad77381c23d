package dev.zoopress.jobs.reconcile;

import dev.zoopress.codec.manifest.ChunkId;
import dev.zoopress.codec.manifest.ChunkLocation;
import dev.zoopress.jobs.delta.BaseText;
import dev.zoopress.jobs.plan.Leaders.Follower;
import java.io.Serializable;
import java.util.Comparator;

/**
 * A chunk named by somebody. Sorted, those of one chunk stand together: published places first,
 * then what units stored, by pack and offset, then units that only refer to it, by place.
 *
 * @param unit that names it; -1 for the store's index
 * @param at where it is stored; null where it is only referred to
 * @param place where a unit can read it; null where it is stored
 */
public record Mention(ChunkId id, int unit, At at, Follower place)
    implements Serializable, Comparable<Mention> {
  private static final Comparator<Mention> ORDER =
      Comparator.comparing(Mention::id)
          .thenComparingInt(Mention::rank)
          .thenComparing(Mention::at, Comparator.nullsFirst(At.ORDER))
          .thenComparing(Mention::place, Comparator.nullsFirst(Comparator.naturalOrder()))
          .thenComparingInt(Mention::unit);

  /**
   * Where a chunk lies.
   *
   * @param base as {@link BaseText} writes it; empty for none
   */
  public record At(
      String pack, long frame, int stored, int raw, int inside, String base, long position)
      implements Serializable {
    private static final Comparator<At> ORDER =
        Comparator.comparing(At::pack).thenComparingLong(At::frame).thenComparingInt(At::inside);

    ChunkLocation location() {
      return new ChunkLocation(pack, frame, stored, raw, inside, BaseText.read(base), position);
    }
  }

  private int rank() {
    return at == null ? 2 : unit < 0 ? 0 : 1;
  }

  @Override
  public int compareTo(Mention other) {
    return ORDER.compare(this, other);
  }
}
