package dev.zoopress.jobs.evaluate;

import dev.zoopress.eval.compare.SidePool;
import java.io.Serializable;

/**
 * What an evaluation holds in memory, per executor.
 *
 * @param largestWeights bytes of the largest model's weights
 * @param limitBytes what weights of all sides may take together; more waits its turn
 */
record MemoryBudget(long largestWeights, long limitBytes) implements Serializable {
  private static final long STORE_BYTES = 48L << 20;

  static MemoryBudget of(long largestWeights) {
    return new MemoryBudget(largestWeights, SidePool.limitBytes());
  }

  String text() {
    return "memory: largest model "
        + mib(largestWeights)
        + " MiB of weights; both sides "
        + mib(2 * largestWeights)
        + " MiB, three while a control runs "
        + mib(3 * largestWeights)
        + " MiB, and up to as much again twice inside the runtime (packed and widened copies);"
        + " reading the store "
        + mib(STORE_BYTES)
        + " MiB a task; weights of all sides in a process stay below "
        + mib(limitBytes)
        + " MiB";
  }

  private static long mib(long bytes) {
    return (bytes + (1 << 20) - 1) >> 20;
  }
}
