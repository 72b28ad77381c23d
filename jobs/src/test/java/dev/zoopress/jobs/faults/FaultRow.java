package dev.zoopress.jobs.faults;

import dev.zoopress.jobs.cli.Called;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What runs did with faults. */
final class FaultRow {
  /** A message that says what to do has one of these. */
  private static final Pattern REMEDY =
      Pattern.compile(
          "run again|run it again|free space|make room|set fs\\.s3a|check |zoopress [a-z]+|once"
              + " more|the same call|--force|another");

  private final String name;
  private final Map<String, Integer> outcomes = new TreeMap<>();
  private final Map<String, Integer> lastLines = new TreeMap<>();
  private final List<String> complaints = new ArrayList<>();
  private int injected;
  private int repeated;
  private int faultedCalls;
  private int endedWell;

  FaultRow(String name) {
    this.name = name;
  }

  /** Takes note of a call that met so many faults. */
  void add(String command, Called called, int faults, int repetitions) {
    injected += faults;
    repeated += repetitions;
    if (faults == 0) {
      if (called.code() != 0) {
        complaints.add(command + " failed without a fault: " + called.err() + called.out());
      }
      return;
    }
    faultedCalls++;
    endedWell += called.code() == 0 ? 1 : 0;
    outcomes.merge(command + " " + called.code(), 1, Integer::sum);
    if (called.code() != 0) {
      String last = lastLine(called);
      lastLines.merge(general(last), 1, Integer::sum);
      if (!REMEDY.matcher(last).find() || called.err().contains("\tat ")) {
        complaints.add(command + " exit " + called.code() + " does not say what to do: " + last);
      }
    }
  }

  /** For an exit code of its own the last line is in the result, else it is the error. */
  private static String lastLine(Called called) {
    String text = called.err().isBlank() ? called.out() : called.err();
    return text.lines().filter(l -> !l.isBlank()).reduce((a, b) -> b).orElse("");
  }

  /** Without what differs from call to call. */
  private static String general(String line) {
    return line.replaceAll("[0-9a-f]{40,}", "<id>")
        .replaceAll("[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}", "<run>")
        .replaceAll("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", "<uuid>")
        .replaceAll("[0-9]+", "9");
  }

  void complain(String what) {
    complaints.add(what);
  }

  int injected() {
    return injected;
  }

  List<String> complaints() {
    return complaints;
  }

  /** A row of a Markdown table. */
  String markdown() {
    return "| %s | %d | %d of %d | %d | %s | %s |"
        .formatted(
            name,
            injected,
            endedWell,
            faultedCalls,
            repeated,
            outcomes.toString().replaceAll("[{}]", "").replace("=", ": "),
            complaints.isEmpty() ? "clean" : complaints.size() + " COMPLAINTS");
  }

  /** The distinct last lines of runs that failed. */
  Map<String, Integer> lastLines() {
    return lastLines;
  }
}
