package dev.zoopress.jobs.verify;

import java.io.Serializable;
import java.util.Collection;
import java.util.TreeMap;

/** What tasks looked at and found; the damage kept is bounded, its number is not. */
final class Tally implements Serializable {
  /** Findings with their place that a run keeps. */
  static final int MAX_DAMAGE = 10_000;

  private static final long serialVersionUID = 1L;

  private final TreeMap<String, Damage> damage = new TreeMap<>();
  private long dropped;
  private long objects;
  private long files;
  private long chunks;
  private long bytes;

  void add(Damage found) {
    String place = found.key() + "\0" + found.offsetBytes();
    if (damage.size() < MAX_DAMAGE || damage.containsKey(place)) {
      damage.merge(place, found, (a, b) -> a.compareTo(b) <= 0 ? a : b);
    } else {
      dropped++;
    }
  }

  void object() {
    objects++;
  }

  void file() {
    files++;
  }

  void chunk(long rawBytes) {
    chunks++;
    bytes += rawBytes;
  }

  Tally plus(Tally other) {
    other.damage.values().forEach(this::add);
    dropped += other.dropped;
    objects += other.objects;
    files += other.files;
    chunks += other.chunks;
    bytes += other.bytes;
    return this;
  }

  Collection<Damage> damage() {
    return damage.values();
  }

  long damageCount() {
    return damage.size() + dropped;
  }

  long objects() {
    return objects;
  }

  long files() {
    return files;
  }

  long chunks() {
    return chunks;
  }

  long bytes() {
    return bytes;
  }
}
