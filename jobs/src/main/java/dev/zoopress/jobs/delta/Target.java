package dev.zoopress.jobs.delta;

import dev.zoopress.codec.view.View;
import java.io.Serializable;
import java.util.List;

/**
 * A chunk that is to be stored as a difference.
 *
 * @param place where it starts
 * @param unit the unit that reads it
 * @param length its length
 * @param level 1 where its base stands alone, 2 where the base is a difference itself
 * @param view what predicts it
 * @param needs the chunks of the base, in order
 * @param position where the chunk stands in what the view gives of them
 * @param scales for rule AFFINE, else null
 * @param scalesAt the chunk that holds them
 */
public record Target(
    Place place,
    int unit,
    int length,
    int level,
    View view,
    List<Place> needs,
    long position,
    ScaleUse scales,
    Place scalesAt)
    implements Serializable {

  /** How scales are used; see {@code Base.Scales}. */
  public record ScaleUse(int offset, int count, long stride, int zero) implements Serializable {}
}
