package dev.zoopress.jobs.cli;

/** What a command's process ends with; a contract that scripts rely on. */
final class ExitCode {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int SOME_MODELS_FAILED = 3;
  static final int NOT_EQUAL = 4;
  static final int NOTHING_TO_DO = 9;
  static final int NO_REPOSITORY = 10;
  static final int LOST_RACE = 11;

  private ExitCode() {}

  /** The code that outranks the other when both apply: 1, then 4, then 3, then 0. */
  static int worse(int a, int b) {
    return rank(a) >= rank(b) ? a : b;
  }

  private static int rank(int code) {
    return switch (code) {
      case DONE -> 0;
      case NOTHING_TO_DO -> 1;
      case SOME_MODELS_FAILED -> 2;
      case NOT_EQUAL -> 3;
      default -> 4;
    };
  }
}
