package dev.zoopress.jobs.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Keeps several small store operations under way at once: what they cost is waiting, for a disk's
 * journal or a server, hardly work. One caller.
 */
public final class InFlight implements AutoCloseable {
  private static final int LANES = 16;

  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          LANES,
          work -> {
            Thread thread = new Thread(work, "store-in-flight");
            thread.setDaemon(true);
            return thread;
          });

  /** What is done for one item. */
  @FunctionalInterface
  public interface Operation<A, B> {
    B apply(A item) throws IOException;
  }

  /**
   * The results in the order of the items.
   *
   * @throws IOException what the first of the operations that failed threw; all have ended then
   */
  public <A, B> List<B> map(List<A> items, Operation<A, B> operation) throws IOException {
    List<Future<B>> begun = new ArrayList<>();
    for (A item : items) {
      begun.add(threads.submit(() -> operation.apply(item)));
    }
    List<B> results = new ArrayList<>();
    Throwable failure = null;
    for (Future<B> each : begun) {
      try {
        results.add(each.get());
      } catch (ExecutionException e) {
        failure = failure == null ? e.getCause() : failure;
      } catch (InterruptedException e) {
        threads.shutdownNow();
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while the store was used");
      }
    }
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
    return results;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
