package dev.zoopress.codec.pack;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Runs tasks on several threads and hands out their results in the order of submission, so that
 * what is written does not depend on the threads. Used by one thread.
 */
final class Ordered<T> implements Closeable {
  /** Takes a result on the submitting thread. */
  interface Taker<T> {
    void take(T result) throws IOException;
  }

  private final ExecutorService threads;
  private final int maxPending;
  private final Taker<T> taker;
  private final ArrayDeque<Future<T>> pending = new ArrayDeque<>();

  Ordered(int threadCount, Taker<T> taker) {
    if (threadCount < 1 || threadCount > 1024) {
      throw new IllegalArgumentException(threadCount + " threads");
    }
    this.threads = Executors.newFixedThreadPool(threadCount, Ordered::daemon);
    this.maxPending = threadCount;
    this.taker = taker;
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "zoopress-pack");
    thread.setDaemon(true);
    return thread;
  }

  /** Takes results until there is room for one more task. */
  void awaitRoom() throws IOException {
    while (pending.size() >= maxPending) {
      takeFirst();
    }
  }

  void submit(Callable<T> task) throws IOException {
    awaitRoom();
    pending.add(threads.submit(task));
  }

  /** Takes all results that are left. */
  void drain() throws IOException {
    while (!pending.isEmpty()) {
      takeFirst();
    }
  }

  private void takeFirst() throws IOException {
    try {
      taker.take(pending.remove().get());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Waits for what still runs, so that its buffers may be freed. */
  @Override
  public void close() {
    pending.forEach(task -> task.cancel(false));
    threads.shutdown();
    boolean interrupted = false;
    while (!threads.isTerminated()) {
      try {
        threads.awaitTermination(1, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
