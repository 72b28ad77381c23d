package dev.zoopress.jobs.doctor;

import java.util.List;

/**
 * What the doctor saw, in the order in which it looked.
 *
 * @param rebuilt rows that a rebuilt index has by table; null unless it was rebuilt
 */
public record DoctorResult(List<Check> checks, Rebuilt rebuilt) {
  public DoctorResult {
    checks = List.copyOf(checks);
  }

  /** How a check ended. */
  public enum Level {
    OK,
    /** Worth knowing; nothing fails because of it. */
    NOTE,
    /** Something will fail, or is failing. */
    PROBLEM
  }

  /**
   * One check.
   *
   * @param name short and stable, for programs
   * @param remedy what to do; empty where nothing is
   */
  public record Check(Level level, String name, String message, String remedy) {}

  /** What a rebuilt index holds. */
  public record Rebuilt(long models, long files, long chunks, long sourcesForgotten) {}

  /** True if any check found a problem. */
  public boolean ill() {
    return checks.stream().anyMatch(c -> c.level() == Level.PROBLEM);
  }
}
