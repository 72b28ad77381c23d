package dev.zoopress.jobs.delta;

import dev.zoopress.jobs.plan.Leaders.Follower;
import java.io.Serializable;
import java.util.Comparator;

/** A byte of a content of the plan: where a tensor or a chunk starts. */
public record Place(int slice, int model, int content, long offset)
    implements Comparable<Place>, Serializable {
  private static final Comparator<Place> ORDER =
      Comparator.comparingInt(Place::slice)
          .thenComparingInt(Place::model)
          .thenComparingInt(Place::content)
          .thenComparingLong(Place::offset);

  @Override
  public int compareTo(Place other) {
    return ORDER.compare(this, other);
  }

  /** The start of the content. */
  public Place contentStart() {
    return new Place(slice, model, content, 0);
  }

  public Place at(long otherOffset) {
    return new Place(slice, model, content, otherOffset);
  }

  /** The same place as a follower. */
  public Follower follower() {
    return new Follower(slice, model, content, offset);
  }
}
