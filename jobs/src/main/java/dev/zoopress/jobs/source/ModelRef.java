package dev.zoopress.jobs.source;

import java.io.Serializable;
import java.util.Comparator;

/**
 * A model of a source.
 *
 * @param name {@code name} or {@code org/name}
 * @param directory relative to the source's root, empty for the root itself
 */
public record ModelRef(String name, String directory)
    implements Serializable, Comparable<ModelRef> {
  private static final Comparator<ModelRef> ORDER =
      Comparator.comparing(ModelRef::name).thenComparing(ModelRef::directory);

  @Override
  public int compareTo(ModelRef other) {
    return ORDER.compare(this, other);
  }
}
