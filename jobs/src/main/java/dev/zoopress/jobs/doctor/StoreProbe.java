package dev.zoopress.jobs.doctor;

import dev.zoopress.jobs.doctor.DoctorResult.Check;
import dev.zoopress.jobs.doctor.DoctorResult.Level;
import dev.zoopress.jobs.store.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Writes, races for, reads and removes small objects of its own, below {@code runs/.doctor/}. */
final class StoreProbe {
  private static final int RACERS = 8;
  private static final int ROUNDS = 3;
  private static final Duration SKEW = Duration.ofMinutes(1);
  private static final long SPOOL_BYTES = 1L << 30;

  private final ObjectStore store;
  private final Clock clock;
  private final String folder = "runs/.doctor/" + UUID.randomUUID() + "/";

  StoreProbe(ObjectStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  List<Check> run() throws IOException {
    List<Check> checks = new ArrayList<>();
    try {
      checks.add(writes());
      checks.add(races());
      checks.add(clock());
      checks.add(spool());
    } finally {
      List<String> left = new ArrayList<>();
      store.list(folder, o -> left.add(o.key()));
      for (String key : left) {
        store.delete(key);
      }
    }
    return checks;
  }

  private Check writes() throws IOException {
    String key = folder + "probe";
    byte[] bytes = "probe".getBytes(StandardCharsets.US_ASCII);
    boolean first = store.putIfAbsent(key, bytes);
    boolean second = store.putIfAbsent(key, new byte[] {1});
    boolean same = java.util.Arrays.equals(bytes, store.get(key, 1 << 10));
    if (first && !second && same) {
      return new Check(Level.OK, "write", "objects can be written, read and removed", "");
    }
    return new Check(
        Level.PROBLEM,
        "write",
        "a second write of one name " + (second ? "replaced the first" : "went wrong"),
        "do not use this store: choose one that creates only what is absent");
  }

  /** Of many that create one name exactly one must win, and its bytes must be there. */
  private Check races() throws IOException {
    ExecutorService pool = Executors.newFixedThreadPool(RACERS);
    try {
      for (int round = 0; round < ROUNDS; round++) {
        String key = folder + "race-" + round;
        List<Callable<Integer>> racers = new ArrayList<>();
        for (int i = 0; i < RACERS; i++) {
          byte[] bytes = {(byte) i};
          int number = i;
          racers.add(() -> store.putIfAbsent(key, bytes) ? number : -1);
        }
        List<Integer> winners = new ArrayList<>();
        for (Future<Integer> racer : pool.invokeAll(racers)) {
          if (racer.get() >= 0) {
            winners.add(racer.get());
          }
        }
        if (winners.size() != 1 || store.get(key, 16)[0] != winners.get(0)) {
          return new Check(
              Level.PROBLEM,
              "conditional-create",
              winners.size() + " of " + RACERS + " writers that raced for one name won",
              "let only one run write at a time, or choose a store with conditional writes");
        }
      }
      return new Check(
          Level.OK,
          "conditional-create",
          "of " + RACERS + " racing writers exactly one won, " + ROUNDS + " times",
          "");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      pool.shutdownNow();
    }
  }

  private Check clock() throws IOException {
    long before = clock.millis();
    store.put(folder + "clock", new byte[] {1});
    long after = clock.millis();
    long[] modified = {0};
    store.list(
        folder,
        o -> {
          if (o.key().equals(folder + "clock")) {
            modified[0] = o.modifiedMillis();
          }
        });
    if (modified[0] == 0) {
      return new Check(Level.NOTE, "clock", "the store has no clock to compare with", "");
    }
    long skew = modified[0] < before ? modified[0] - before : Math.max(0, modified[0] - after);
    // Stores keep whole seconds.
    String text =
        String.format(Locale.ROOT, "the store's clock differs by %d s", Math.round(skew / 1e3));
    return Math.abs(skew) > SKEW.toMillis()
        ? new Check(
            Level.PROBLEM,
            "clock",
            text,
            "set this machine's clock by NTP: leases and gc's grace compare the two, and S3"
                + " refuses requests beyond 15 minutes")
        : new Check(Level.OK, "clock", text, "");
  }

  private Check spool() throws IOException {
    Path spool = store.spoolDirectory();
    long free = Files.getFileStore(spool).getUsableSpace();
    String text =
        "packs are written to " + spool + " first, where " + (free >> 20) + " MiB are free";
    return free < SPOOL_BYTES
        ? new Check(
            Level.PROBLEM,
            "spool",
            text,
            "free space there, or set -Djava.io.tmpdir; each task needs up to 272 MiB")
        : new Check(Level.OK, "spool", text, "");
  }
}
