package dev.zoopress.jobs.chaos;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;

/**
 * A process as the store sees it: all that goes through its store URI. It may die at one of its
 * operations, before the store did it or after, or fall asleep until it is woken.
 */
final class Actor {
  private static final AtomicInteger NUMBERS = new AtomicInteger();
  private static final Map<String, Actor> ACTORS = new ConcurrentHashMap<>();

  /** Whom a sleep stops: the thread that comes to the operation, or every thread after it. */
  enum Sleep {
    THREAD,
    PROCESS
  }

  /** What SIGKILL is to a thread: nothing of ours catches it. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed() {
      super("killed", null, false, false);
    }
  }

  private final String store;
  private final Configuration conf;
  private final Sleep sleep;
  private final String id = String.valueOf(NUMBERS.incrementAndGet());
  private final AtomicInteger operations = new AtomicInteger();
  private final CountDownLatch asleep = new CountDownLatch(1);
  private final CountDownLatch awake = new CountDownLatch(1);
  private volatile boolean dead;
  private volatile int killAt;
  private volatile boolean killAfter;
  private volatile int sleepAt;

  Actor(String store, Configuration conf, Sleep sleep) {
    this.store = store;
    this.conf = conf;
    this.sleep = sleep;
    ACTORS.put(id, this);
  }

  static Actor of(String uri) {
    return ACTORS.get(uri.substring(uri.indexOf(':') + 1));
  }

  /** The URI under which this process opens the store. */
  String uri() {
    return "chaos:" + id;
  }

  String store() {
    return store;
  }

  Configuration conf() {
    return conf;
  }

  /** Dies at the n-th operation; {@code after}: the store does it, but nobody learns. */
  Actor killedAt(int n, boolean after) {
    killAt = n;
    killAfter = after;
    return this;
  }

  Actor asleepAt(int n) {
    sleepAt = n;
    return this;
  }

  void kill() {
    dead = true;
    awake.countDown();
  }

  void wake() {
    awake.countDown();
  }

  boolean dead() {
    return dead;
  }

  boolean sleeping() {
    return asleep.getCount() == 0 && awake.getCount() != 0;
  }

  int operations() {
    return operations.get();
  }

  void forget() {
    ACTORS.remove(id);
  }

  /** Comes before each operation; returns whether to die after it. */
  boolean before() {
    if (dead) {
      throw new Killed();
    }
    int n = operations.incrementAndGet();
    boolean sleeps = sleep == Sleep.PROCESS ? sleepAt > 0 && n >= sleepAt : n == sleepAt;
    if (sleeps) {
      asleep.countDown();
      try {
        awake.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new Killed();
      }
      if (dead) {
        throw new Killed();
      }
    }
    if (n == killAt) {
      dead = true;
      if (!killAfter) {
        throw new Killed();
      }
      return true;
    }
    return false;
  }
}
