package dev.zoopress.jobs.faults;

import java.util.concurrent.atomic.AtomicLong;

/** Counts the time in which this process ran: while it is stopped the clock stands. */
final class ActiveClock {
  private static final long TICK_MILLIS = 200;
  private final AtomicLong millis = new AtomicLong();

  ActiveClock() {
    Thread thread = new Thread(this::tick, "active-clock");
    thread.setDaemon(true);
    thread.start();
  }

  private void tick() {
    long before = System.nanoTime();
    while (true) {
      try {
        Thread.sleep(TICK_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
      long now = System.nanoTime();
      millis.addAndGet(Math.min((now - before) / 1_000_000, 5 * TICK_MILLIS));
      before = now;
    }
  }

  double seconds() {
    return millis.get() / 1e3;
  }
}
