package dev.zoopress.jobs.verify;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import dev.zoopress.jobs.store.StoreException;
import java.io.Serializable;
import java.util.Comparator;
import java.util.Objects;

/**
 * Something that is not as it should be.
 *
 * @param key of the object, relative to the store
 * @param offsetBytes where in it
 * @param reason for people
 */
public record Damage(Kind kind, String key, long offsetBytes, String reason)
    implements Serializable, Comparable<Damage> {
  private static final Comparator<Damage> ORDER =
      Comparator.comparing(Damage::key)
          .thenComparingLong(Damage::offsetBytes)
          .thenComparing(Damage::kind)
          .thenComparing(Damage::reason);

  /** What is wrong. */
  public enum Kind {
    /** Its bytes are not the ones that were written. */
    DAMAGED,
    /** It is not there. */
    MISSING,
    /** The store would not give it: whether it is sound is not known. */
    UNREADABLE
  }

  public Damage {
    Objects.requireNonNull(kind);
    Objects.requireNonNull(key);
    Objects.requireNonNull(reason);
  }

  static Damage damaged(String key, long offsetBytes, String reason) {
    return new Damage(Kind.DAMAGED, key, offsetBytes, reason);
  }

  /** What an attempt to read or decode {@code key} at {@code offsetBytes} met. */
  static Damage of(String key, long offsetBytes, Exception thrown) {
    if (thrown instanceof CorruptContainerException corrupt) {
      // Messages of manifests and packs may name the object with an addition, "key (footer)".
      String object = corrupt.object().startsWith(key) ? key : corrupt.object();
      return damaged(object, corrupt.offsetBytes(), corrupt.reason());
    }
    String why =
        thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage();
    if (thrown instanceof ObjectNotFoundException) {
      return new Damage(Kind.MISSING, key, 0, "it is not there");
    }
    if (thrown instanceof StoreException) {
      return new Damage(Kind.UNREADABLE, key, offsetBytes, why);
    }
    return damaged(key, offsetBytes, why);
  }

  @Override
  public int compareTo(Damage other) {
    return ORDER.compare(this, other);
  }
}
