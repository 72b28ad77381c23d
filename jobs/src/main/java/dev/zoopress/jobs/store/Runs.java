package dev.zoopress.jobs.store;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.UnsupportedVersionException;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The runs of a repository and where they stand. */
public final class Runs {
  private static final Logger LOG = LoggerFactory.getLogger(Runs.class);

  private Runs() {}

  /**
   * A run.
   *
   * @param alive whether a process works on it, as far as its lease tells
   * @param purpose what it does with what; empty if it did not say
   * @param lastSignMillis its last sign of life, 0 if there is none
   */
  public record Standing(
      String id, Run.Phase phase, boolean alive, String purpose, long lastSignMillis) {
    /** How long there was no sign of life. */
    public long idleMillis(long nowMillis) {
      return Math.max(0, nowMillis - lastSignMillis);
    }
  }

  /** Names of all runs, in order. */
  public static TreeSet<String> names(Repository repository) throws IOException {
    TreeSet<String> names = new TreeSet<>();
    repository
        .store()
        .children(
            Layout.RUNS,
            name -> {
              if (name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) {
                names.add(name);
              }
            });
    return names;
  }

  /** Hands over every run, in order of name. */
  public static void list(Repository repository, Clock clock, Consumer<Standing> each)
      throws IOException {
    for (String name : names(repository)) {
      each.accept(standing(repository, name, clock));
    }
  }

  /**
   * Hands over every run whose records can be read: for those whom damage of another run must not
   * stop. gc is not one of them.
   */
  public static void listSound(Repository repository, Clock clock, Consumer<Standing> each)
      throws IOException {
    for (String name : names(repository)) {
      Standing standing;
      try {
        standing = standing(repository, name, clock);
      } catch (CorruptContainerException | UnsupportedVersionException e) {
        LOG.error(
            "{}; that run is left aside: remove {} once you know that it ended",
            e.getMessage(),
            Layout.run(name));
        continue;
      }
      each.accept(standing);
    }
  }

  /** One run. */
  public static Standing standing(Repository repository, String id, Clock clock)
      throws IOException {
    Run run = Run.of(repository, id);
    // The phase first: what is read later must not belong to an earlier phase.
    Run.Phase phase = run.phase();
    Optional<Lease.State> lease = Lease.look(repository.store(), run.leaseFolder(), clock);
    if (lease.isPresent()) {
      Lease.State state = lease.get();
      return new Standing(id, phase, state.held(), state.purpose(), state.renewedMillis());
    }
    long[] newest = {0};
    repository.store().list(run.folder(), o -> newest[0] = Math.max(newest[0], o.modifiedMillis()));
    return new Standing(id, phase, false, "", newest[0]);
  }
}
