package dev.zoopress.jobs.cli;

/** A failure whose exit code and whole message the command itself has found. */
final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;
  private final String kind;

  /** {@code kind} is the short name for programs, {@code message} says what to do. */
  CommandException(int exitCode, String kind, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
    this.kind = kind;
  }

  Failure failure() {
    return new Failure(exitCode, kind, getMessage());
  }
}
