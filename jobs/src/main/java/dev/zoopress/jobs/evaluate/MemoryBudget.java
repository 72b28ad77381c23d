package dev.zoopress.jobs.evaluate;

import dev.zoopress.eval.compare.SidePool;
import java.io.Serializable;

/**
 * What an evaluation holds in memory, per executor. A figure that people give to schedulers.
 *
 * @param sessionBytes of one session of the largest model
 * @param slots tasks at a time in a process
 * @param limitBytes what all sessions of a process may take together; more waits its turn
 * @param heapBytes the largest heap of a process
 */
record MemoryBudget(long sessionBytes, int slots, long limitBytes, long heapBytes)
    implements Serializable {
  private static final long STORE_BYTES = 48L << 20;
  private static final long RUN_BYTES = 256L << 20;
  private static final long JVM_BYTES = 512L << 20;

  /** The budget of this process. */
  static MemoryBudget of(long sessionBytes, int slots) {
    return new MemoryBudget(
        sessionBytes, slots, SidePool.limitBytes(), Runtime.getRuntime().maxMemory());
  }

  /** That of the larger model. */
  MemoryBudget or(MemoryBudget other) {
    return other.sessionBytes > sessionBytes ? other : this;
  }

  /** What a process takes at most: its heap and the JVM, sessions, the store, activations. */
  long processBytes() {
    // Two sides a task, three while a control runs, and a pair that lies idle.
    long sessions = Math.min(limitBytes, (3L * slots + 2) * sessionBytes);
    return heapBytes + JVM_BYTES + sessions + slots * RUN_BYTES;
  }

  String text() {
    return "memory: a session of the largest model takes "
        + mib(sessionBytes)
        + " MiB (weights, packed and widened copies), both sides "
        + mib(2 * sessionBytes)
        + " MiB, three while a control runs "
        + mib(3 * sessionBytes)
        + " MiB, all in a process at most "
        + mib(limitBytes)
        + " MiB; reading the store "
        + mib(STORE_BYTES)
        + " MiB of the heap and activations "
        + mib(RUN_BYTES)
        + " MiB for each of "
        + slots
        + " tasks; with a heap of "
        + mib(heapBytes)
        + " MiB a process stays below "
        + mib(processBytes())
        + " MiB, ONNX files that are run as they are not counted";
  }

  private static long mib(long bytes) {
    return (bytes + (1 << 20) - 1) >> 20;
  }
}
