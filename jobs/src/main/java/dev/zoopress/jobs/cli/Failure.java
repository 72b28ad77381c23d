package dev.zoopress.jobs.cli;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.IntegrityException;
import dev.zoopress.codec.MalformedInputException;
import dev.zoopress.codec.UnsupportedVersionException;
import dev.zoopress.jobs.restore.Selection;
import dev.zoopress.jobs.store.ConflictException;
import dev.zoopress.jobs.store.LeaseHeldException;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import dev.zoopress.jobs.store.RepositoryNotFoundException;
import dev.zoopress.jobs.store.StoreException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.spark.SparkException;

/**
 * A failed command: its exit code and one message that says what is wrong, where, and what to do.
 *
 * @param kind short name for programs
 */
record Failure(int exitCode, String kind, String message) {

  /**
   * Finds the cause that matters in {@code thrown}; Spark wraps what a task threw several times.
   */
  static Failure of(Throwable thrown) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable t = thrown; t != null && chain.size() < 32; t = t.getCause()) {
      chain.add(t);
    }
    for (Throwable t : chain) {
      Failure known = known(t);
      if (known != null) {
        return known;
      }
    }
    // What we throw says more than the system's exception below it.
    Throwable telling =
        chain.stream()
            .filter(t -> t instanceof IOException && t.getMessage() != null)
            .findFirst()
            .orElse(chain.get(chain.size() - 1));
    return system(telling);
  }

  /** The same without what is secret. */
  Failure hiding(Secrets secrets) {
    return new Failure(exitCode, kind, secrets.hide(message));
  }

  private static Failure system(Throwable t) {
    if (t instanceof AccessDeniedException denied) {
      return new Failure(
          ExitCode.FAILED, "denied", denied.getFile() + ": permission denied; check its owner");
    }
    if (t instanceof NoSuchFileException missing) {
      return new Failure(ExitCode.FAILED, "missing", missing.getFile() + ": there is no such file");
    }
    String spark = spark(t);
    return spark.isEmpty()
        ? new Failure(ExitCode.FAILED, "failed", describe(t))
        : new Failure(ExitCode.FAILED, "spark", spark);
  }

  /** What Spark itself failed with, as where executors die again and again; empty for others. */
  private static String spark(Throwable t) {
    String first = describe(t).lines().findFirst().orElse("");
    if (first.contains("ExecutorLostFailure")) {
      return "executors were lost again and again ("
          + first
          + "); run the same command again, nothing is lost; give executors more memory if their logs"
          + " speak of it";
    }
    return t instanceof SparkException || first.contains("stopped SparkContext")
        ? first
            + "; run the same command again, nothing is lost; if it fails again see the logs of master"
            + " and workers"
        : "";
  }

  private static Failure known(Throwable t) {
    if (t instanceof CommandException found) {
      return found.failure();
    }
    if (t instanceof UsageException) {
      return new Failure(ExitCode.USAGE, "usage", t.getMessage());
    }
    if (t instanceof RepositoryNotFoundException) {
      return new Failure(ExitCode.NO_REPOSITORY, "no-repository", t.getMessage());
    }
    if (t instanceof LeaseHeldException || t instanceof ConflictException) {
      return new Failure(ExitCode.LOST_RACE, "lost-race", t.getMessage());
    }
    if (t instanceof Selection.NotInStoreException) {
      return new Failure(ExitCode.FAILED, "not-in-store", t.getMessage());
    }
    if (t instanceof StoreException) {
      return new Failure(ExitCode.FAILED, "store", t.getMessage());
    }
    if (t instanceof ObjectNotFoundException) {
      return new Failure(
          ExitCode.NOT_EQUAL,
          "damaged",
          t.getMessage() + "; run 'zoopress verify --quick' to see which models it touches");
    }
    if (t instanceof CorruptContainerException || t instanceof IntegrityException) {
      return new Failure(
          ExitCode.NOT_EQUAL,
          "damaged",
          describe(t) + "; run 'zoopress verify --full' to see which models it touches");
    }
    if (t instanceof UnsupportedVersionException) {
      return new Failure(ExitCode.FAILED, "version", describe(t));
    }
    if (t instanceof MalformedInputException) {
      return new Failure(ExitCode.FAILED, "input", describe(t));
    }
    if (t instanceof OutOfMemoryError) {
      return new Failure(
          ExitCode.FAILED,
          "memory",
          "out of memory: "
              + t.getMessage()
              + "; raise ZOOPRESS_HEAP (or --driver-memory and --executor-memory of spark-submit)");
    }
    return null;
  }

  /** The first line of the message, or the type's name where there is none. */
  static String describe(Throwable t) {
    String message = Objects.requireNonNullElse(t.getMessage(), "").strip();
    int end = message.indexOf("\n\tat ");
    message = end < 0 ? message : message.substring(0, end);
    return message.isEmpty()
        ? t.getClass().getSimpleName()
        : t instanceof RuntimeException ? t.getClass().getSimpleName() + ": " + message : message;
  }
}
