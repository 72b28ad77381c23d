package dev.zoopress.jobs.collect;

import java.io.Serializable;
import java.util.List;

/**
 * The outcome of a gc call.
 *
 * @param unreachable what is unreachable and still there, in order of key
 * @param condemned keys condemned by this call, and their bytes
 * @param freed objects removed by this call, and their bytes
 * @param spared condemned earlier, and in use again at the second look
 * @param leftovers unfinished files and uploads that were abandoned (in a dry run: are), with bytes
 * @param runFiles working files of ended runs that were removed, with bytes
 * @param runsCompleted runs that had stopped while they published
 * @param runsDead runs without a sign of life that can never publish any more
 */
public record CollectResult(
    List<Unreachable> unreachable,
    Sum condemned,
    Sum freed,
    long spared,
    Sum leftovers,
    Sum runFiles,
    List<String> runsCompleted,
    List<String> runsDead) {
  public CollectResult {
    unreachable = List.copyOf(unreachable);
    runsCompleted = List.copyOf(runsCompleted);
    runsDead = List.copyOf(runsDead);
  }

  /**
   * An object that nothing refers to.
   *
   * @param sinceMillis when it was condemned; 0 if it is not yet
   */
  public record Unreachable(String key, long sizeBytes, long sinceMillis) {}

  /** Objects and their bytes. */
  public record Sum(long objects, long sizeBytes) implements Serializable {
    static final Sum NONE = new Sum(0, 0);

    Sum plus(Sum other) {
      return new Sum(objects + other.objects, sizeBytes + other.sizeBytes);
    }
  }

  /** Bytes of everything unreachable. */
  public long unreachableBytes() {
    return unreachable.stream().mapToLong(Unreachable::sizeBytes).sum();
  }
}
