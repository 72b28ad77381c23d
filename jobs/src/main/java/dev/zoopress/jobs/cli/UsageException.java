package dev.zoopress.jobs.cli;

/** What was asked for makes no sense; the message says how to ask. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
