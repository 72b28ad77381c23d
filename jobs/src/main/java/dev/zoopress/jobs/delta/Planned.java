package dev.zoopress.jobs.delta;

import dev.zoopress.codec.manifest.Base;
import dev.zoopress.jobs.plan.Leaders.Follower;
import java.io.Serializable;
import java.util.Set;

/**
 * A chunk that its unit treats otherwise than by default, with what it may stand on.
 *
 * @param base as {@link BaseText} writes it, empty for none
 * @param position where the chunk stands in what the base's view gives
 */
public record Planned(Follower place, String base, long position)
    implements Serializable, Comparable<Planned> {

  /** A chunk without a base. */
  public static Planned alone(Follower place) {
    return new Planned(place, "", 0);
  }

  /** Every pack that reading the base may touch. */
  public Set<String> packs() {
    Base read = BaseText.read(base);
    return read == null ? Set.of() : read.packs();
  }

  @Override
  public int compareTo(Planned other) {
    return place.compareTo(other.place);
  }
}
