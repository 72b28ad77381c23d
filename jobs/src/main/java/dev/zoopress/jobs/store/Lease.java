package dev.zoopress.jobs.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Says who works on something, in numbered objects of one folder of which the highest counts. It is
 * renewed by a thread of its own and runs out {@value #TERM_MILLIS} ms after the last renewal; one
 * whose process is known to have ended counts no longer at once. Only advice: it cannot stop a
 * process that woke up late.
 */
public final class Lease implements Closeable {
  static final long TERM_MILLIS = 60_000;
  private static final long RENEW_MILLIS = 15_000;
  static final String KIND = "lease";

  private final ObjectStore store;
  private final String key;
  private final ObjectNode body;
  private final Clock clock;
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * What the highest object of a folder says.
   *
   * @param owner id of the run
   * @param renewedMillis by the owner's clock
   * @param held whether it still counts
   */
  public record State(
      int n, String owner, String purpose, String host, long renewedMillis, boolean held) {}

  private Lease(ObjectStore store, String key, ObjectNode body, Clock clock) {
    this.store = store;
    this.key = key;
    this.body = body;
    this.clock = clock;
  }

  /**
   * Takes the lease.
   *
   * @param folder ends with '/'
   * @throws LeaseHeldException if somebody else holds it
   */
  static Lease take(ObjectStore store, String folder, String owner, String purpose, Clock clock)
      throws IOException {
    while (true) {
      Optional<State> before = look(store, folder, clock);
      if (before.isPresent() && before.get().held()) {
        throw held(folder, before.get(), clock);
      }
      int n = before.map(State::n).orElse(0) + 1;
      ProcessName self = ProcessName.current();
      ObjectNode body = Sealed.body(KIND);
      body.put("owner", owner).put("purpose", purpose).put("host", self.host());
      body.put("space", self.space()).put("pid", self.pid()).put("start", self.startMillis());
      body.put("renewed", clock.millis()).put("released", false);
      Lease lease = new Lease(store, Layout.numbered(folder, n), body, clock);
      if (store.putIfAbsent(lease.key, Sealed.seal(body))) {
        lease.start();
        removeBelow(store, folder, n);
        return lease;
      }
    }
  }

  private static void removeBelow(ObjectStore store, String folder, int n) throws IOException {
    List<String> old = new ArrayList<>();
    store.children(
        folder,
        name -> {
          int number = Layout.number(name);
          if (number > 0 && number < n) {
            old.add(folder + name);
          }
        });
    for (String key : old) {
      store.delete(key);
    }
  }

  private static LeaseHeldException held(String folder, State state, Clock clock) {
    String name = folder.substring(0, folder.length() - 1);
    return new LeaseHeldException(
        name, state.owner(), state.host(), state.renewedMillis() + TERM_MILLIS - clock.millis());
  }

  /** The lease of a folder as it stands; empty if nobody ever took it. */
  static Optional<State> look(ObjectStore store, String folder, Clock clock) throws IOException {
    while (true) {
      int[] highest = {0};
      store.children(folder, name -> highest[0] = Math.max(highest[0], Layout.number(name)));
      if (highest[0] == 0) {
        return Optional.empty();
      }
      String key = Layout.numbered(folder, highest[0]);
      try {
        JsonNode body = store.get(key, Pointers.MAX_BYTES, bytes -> Sealed.open(key, KIND, bytes));
        ProcessName process =
            new ProcessName(
                Sealed.text(key, body, "host"),
                Sealed.text(key, body, "space"),
                Sealed.count(key, body, "pid"),
                Sealed.count(key, body, "start"));
        long renewed = Sealed.count(key, body, "renewed");
        boolean held =
            !body.path("released").asBoolean()
                && clock.millis() < renewed + TERM_MILLIS
                && !process.gone();
        return Optional.of(
            new State(
                highest[0],
                Sealed.text(key, body, "owner"),
                Sealed.text(key, body, "purpose"),
                process.host(),
                renewed,
                held));
      } catch (ObjectNotFoundException e) {
        // The next owner removed it.
      }
    }
  }

  private void start() {
    Thread thread = new Thread(this::renew, "lease " + key);
    thread.setDaemon(true);
    thread.start();
  }

  private void renew() {
    try {
      while (!closed.await(RENEW_MILLIS, TimeUnit.MILLISECONDS)) {
        write(false);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * A lease that cannot be renewed runs out; the work goes on, for correctness does not need it.
   */
  private synchronized void write(boolean released) {
    if (!released && closed.getCount() == 0) {
      return;
    }
    body.put("renewed", clock.millis()).put("released", released);
    try {
      store.put(key, Sealed.seal(body));
    } catch (IOException e) {
      // Tried again at the next renewal.
    }
  }

  /** Gives the lease back. */
  @Override
  public void close() {
    closed.countDown();
    write(true);
  }
}
