package dev.zoopress.jobs.serve;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The threads that decode, for all requests: their number bounds the memory of decoding. What
 * somebody waits for goes before what is read ahead.
 */
final class Decoders implements Closeable {
  private final AtomicLong number = new AtomicLong();
  private final ThreadPoolExecutor threads;

  Decoders(int count) {
    threads =
        new ThreadPoolExecutor(
            count, count, 0, TimeUnit.SECONDS, new PriorityBlockingQueue<>(), Decoders::thread);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "decoder");
    thread.setDaemon(true);
    return thread;
  }

  /** Reads something; what it throws reaches whoever waits for it. */
  interface Read {
    void run() throws IOException;
  }

  private final class Task implements Runnable, Comparable<Task> {
    private final boolean urgent;
    private final long order = number.getAndIncrement();
    private final Read read;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    Task(Read read, boolean urgent) {
      this.read = read;
      this.urgent = urgent;
    }

    @Override
    public void run() {
      try {
        read.run();
        done.complete(null);
      } catch (IOException | RuntimeException | Error e) {
        done.completeExceptionally(e);
      }
    }

    @Override
    public int compareTo(Task other) {
      return urgent == other.urgent ? Long.compare(order, other.order) : urgent ? -1 : 1;
    }
  }

  /** Runs {@code read} on one of the threads and waits for it. */
  void now(Read read) throws IOException {
    Task task = new Task(read, true);
    threads.execute(task);
    await(task.done);
  }

  /** Has {@code read} run when a thread is free. */
  CompletableFuture<Void> ahead(Read read) {
    Task task = new Task(read, false);
    threads.execute(task);
    return task.done;
  }

  /** Waits for what {@link #ahead} gave; every waiter gets an exception with its own trace. */
  static void await(CompletableFuture<Void> done) throws IOException {
    try {
      done.join();
    } catch (CompletionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    }
  }

  /** Ends the threads; what waits for a thread is given up, and whoever waits for it is told. */
  @Override
  public void close() {
    for (Runnable left : threads.shutdownNow()) {
      ((Task) left).done.completeExceptionally(new IOException("the server stops"));
    }
  }
}
