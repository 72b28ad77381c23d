package dev.zoopress.jobs.faults;

import dev.zoopress.jobs.cli.Called;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * The life of one store with faults: compressed, verified, restored, changed, deleted from and
 * collected. Calls that fail are called again, at last without faults; then everything must be
 * there and right.
 */
final class FaultRun {
  private static final int FAULTED_TRIES = 2;
  private static final int LOST_RACE = 11;
  private static final int LEASE_WAITS = 20;

  private final FaultProxy proxy;
  private final List<Fault> faults;
  private final double share;
  private final Random random;
  private final FaultZoo zoo;
  private final Path folder;
  private final String store;
  private final FaultRow row;

  FaultRun(
      FaultProxy proxy,
      List<Fault> faults,
      double share,
      long seed,
      Path folder,
      String store,
      Path source,
      FaultRow row)
      throws IOException {
    this.proxy = proxy;
    this.faults = faults;
    this.share = share;
    this.random = new Random(seed);
    this.folder = Files.createDirectories(folder);
    this.zoo = new FaultZoo(source, folder.resolve("zoo"));
    this.store = store;
    this.row = row;
  }

  /** Compressed, verified, restored. */
  void brief() throws IOException {
    begin();
    end();
  }

  /** All of it. */
  void run() throws IOException {
    begin();
    zoo.change(1);
    call("compress", zoo.folder(), "--store", store);
    zoo.remove(0);
    call("delete", "changing/m0", "--store", store, "--yes");
    call("gc", "--store", store, "--grace", "PT0S");
    call("optimize", "--store", store, "--budget", "16MiB");
    call("gc", "--store", store, "--grace", "PT0S");
    restore();
    end();
  }

  private void begin() throws IOException {
    zoo.change(0);
    call("compress", zoo.folder(), "--store", store, "--effort", "fast");
    call("verify", "--store", store, "--full", "--against", zoo.folder());
    restore();
  }

  private void end() throws IOException {
    proxy.follow(FaultPlan.NONE);
    Called clean = Called.zoopress("verify", "--store", store, "--full", "--against", zoo.folder());
    if (clean.code() != 0) {
      row.complain("not clean afterwards: " + clean.err() + clean.out());
    }
    FaultZoo.clear(folder);
  }

  private void restore() throws IOException {
    Path back = folder.resolve("back");
    call("restore", "--store", store, "--to", back);
    String different = zoo.different(back);
    if (different != null) {
      row.complain("restored wrong: " + different);
    }
    FaultZoo.clear(back);
  }

  private void call(Object... command) throws IOException {
    for (int attempt = 1; attempt <= FAULTED_TRIES; attempt++) {
      if (called(plan(), command).code() == 0) {
        return;
      }
      if (command[0].equals("restore") && zoo.wrong(folder.resolve("back"))) {
        row.complain("a failed restore left wrong bytes");
      }
    }
    Called last = called(FaultPlan.NONE, command);
    if (last.code() != 0) {
      row.complain(command[0] + " fails without faults: " + last.err() + last.out());
    }
  }

  /** Some go away by themselves; others last until the run is over. */
  private FaultPlan plan() {
    return faults.get(0).lasts()
        ? FaultPlan.from(random.nextInt(60), faults.get(0))
        : FaultPlan.some(random.nextLong(), share, faults);
  }

  private Called called(FaultPlan plan, Object... command) {
    int injected = proxy.log().injected();
    int repeated = proxy.log().repeated();
    proxy.log().begin();
    proxy.follow(plan);
    Called called = Called.zoopress(command);
    // A run that could not give back its lease holds it while this process lives, for a minute.
    for (int wait = 0; called.code() == LOST_RACE && wait < LEASE_WAITS; wait++) {
      LockSupport.parkNanos(5_000_000_000L);
      called = Called.zoopress(command);
    }
    proxy.follow(FaultPlan.NONE);
    row.add(
        command[0].toString(),
        called,
        proxy.log().injected() - injected,
        proxy.log().repeated() - repeated);
    return called;
  }
}
