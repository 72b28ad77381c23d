package dev.zoopress.jobs.chaos;

import java.io.IOException;

/** A job in a thread, as the process of one actor. */
final class Doing {
  private final String what;
  private final Actor actor;
  private final Thread thread;
  private final String deletes;
  private volatile Throwable thrown;

  @FunctionalInterface
  interface Job {
    void run() throws IOException;
  }

  Doing(String what, Actor actor, String deletes, Job job) {
    this.what = what;
    this.actor = actor;
    this.deletes = deletes;
    this.thread =
        new Thread(
            () -> {
              try {
                job.run();
              } catch (Throwable t) {
                thrown = t;
              }
            },
            what);
    thread.setDaemon(true);
    thread.start();
  }

  String what() {
    return what;
  }

  Actor actor() {
    return actor;
  }

  /** The model that it deletes, or empty. */
  String deletes() {
    return deletes;
  }

  /** What ended it, or null. */
  Throwable thrown() {
    return thrown;
  }

  boolean over() {
    return !thread.isAlive();
  }

  void join(long millis) throws InterruptedException {
    thread.join(millis);
  }
}
