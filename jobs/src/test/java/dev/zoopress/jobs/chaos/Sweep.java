package dev.zoopress.jobs.chaos;

import java.time.Duration;
import java.util.List;

/**
 * A job that falls asleep or is killed at one of its operations, while models are deleted or come
 * back and garbage is collected; to be tried for each operation.
 *
 * @param job what it does; "resume": a compress that goes on with what a killed one left
 */
record Sweep(String job, Fate fate) {
  /** Leases run out well before, and a clock that jumped is no failure. */
  private static final long LEASE_NANOS = 50_000_000_000L;

  /** By then a compress has put packs. */
  private static final int LATE = 80;

  enum Fate {
    /** Asleep for so long that everybody takes it for dead. */
    ABANDONED,
    /** Asleep, but its lease counts: what it put or reuses is pinned and must stay. */
    HELD,
    KILLED_BEFORE,
    KILLED_AFTER
  }

  static final List<Sweep> ALL =
      List.of(
          new Sweep("compress", Fate.HELD),
          new Sweep("resume", Fate.HELD),
          new Sweep("gc", Fate.ABANDONED),
          new Sweep("compress", Fate.ABANDONED),
          new Sweep("optimize", Fate.ABANDONED),
          new Sweep("gc", Fate.KILLED_BEFORE),
          new Sweep("gc", Fate.KILLED_AFTER),
          new Sweep("delete", Fate.KILLED_BEFORE),
          new Sweep("delete", Fate.KILLED_AFTER),
          new Sweep("compress", Fate.KILLED_BEFORE),
          new Sweep("compress", Fate.KILLED_AFTER),
          new Sweep("optimize", Fate.KILLED_BEFORE),
          new Sweep("optimize", Fate.KILLED_AFTER));

  String name() {
    return job + "-" + fate.toString().toLowerCase(java.util.Locale.ROOT);
  }

  /**
   * Plays it.
   *
   * @return false if the job was over before that operation
   */
  boolean play(Interleaving scene, int at) throws Exception {
    boolean[] met = new boolean[1];
    scene.play(() -> met[0] = fate == Fate.HELD ? held(scene, at) : abandoned(scene, at));
    return met[0];
  }

  /** Models of three runs, so that optimize finds a better base; one is gone again. */
  private boolean abandoned(Interleaving scene, int at) throws Exception {
    scene.zoo().write("one", 0, 0, 1);
    scene.undisturbed("compress", "");
    scene.zoo().write("two", 1, 3, 2);
    scene.undisturbed("compress", "");
    scene.zoo().write("three", 2, 4, 0);
    scene.undisturbed("compress", "");
    scene.undisturbed("delete", "one");
    scene.later(Duration.ofMinutes(2));
    Actor actor = scene.actor();
    switch (fate) {
      case KILLED_BEFORE -> actor.killedAt(at, false);
      case KILLED_AFTER -> actor.killedAt(at, true);
      default -> actor.asleepAt(at);
    }
    String model = job.equals("delete") ? "three" : "";
    Doing doing = scene.start(job, model, Duration.ZERO, actor, " " + name() + " at " + at);
    scene.settle();
    boolean met = actor.dead() || !doing.over();
    scene.check();
    if (job.equals("gc")) {
      scene.undisturbed("force", "");
    } else {
      scene.undisturbed("delete", "two");
    }
    scene.later(Duration.ofMinutes(2));
    scene.undisturbed("gc", "");
    return met;
  }

  /**
   * Models are made of chunks, one of them a difference, that only others hold, and of a new
   * difference from one; those others are deleted, and garbage is collected, while the compress
   * sleeps.
   */
  private boolean held(Interleaving scene, int at) throws Exception {
    scene.zoo().write("one", 0, 0, 1);
    scene.zoo().write("two", 1, 3, 2);
    scene.undisturbed("compress", "");
    scene.zoo().write("three", 2, 3, 1);
    scene.zoo().write("four", 2, 4, 0);
    if (job.equals("resume")) {
      scene.start("compress", "", Duration.ZERO, scene.actor().killedAt(LATE, true), " killed");
      scene.settle();
      scene.later(Duration.ofMinutes(2));
    }
    long start = System.nanoTime();
    Actor actor = scene.actor().asleepAt(at);
    Doing doing = scene.start("compress", "", Duration.ZERO, actor, " " + name() + " at " + at);
    scene.settle();
    boolean met = !doing.over();
    scene.undisturbed("delete", "one");
    scene.undisturbed("delete", "two");
    scene.undisturbed("gc", "");
    if (met) {
      long held = scene.unneeded();
      scene.coverage().add("objects held for a sleeper", held);
      scene.coverage().add("sleepers that hold", held > 0 ? 1 : 0);
      scene.wake(doing);
      scene.judge(doing, System.nanoTime() - start < LEASE_NANOS);
    }
    return met;
  }
}
