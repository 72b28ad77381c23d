package dev.zoopress.jobs.delta;

import dev.zoopress.jobs.plan.Leaders.Follower;
import java.io.Serializable;

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

  @Override
  public int compareTo(Planned other) {
    return place.compareTo(other.place);
  }
}
