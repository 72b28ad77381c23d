package dev.zoopress.jobs.cli;

import dev.zoopress.jobs.compress.Progress;
import java.io.PrintWriter;
import java.util.Locale;

/** Tells a person how far a job is: one line that renews itself, or a line every ten seconds. */
final class ProgressLine implements Progress {
  private static final long PLAIN_NANOS = 10_000_000_000L;
  private static final long TERMINAL_NANOS = 250_000_000L;

  private final PrintWriter err;
  private final boolean terminal;
  private final boolean silent;
  private final long startNanos = System.nanoTime();
  private String stage = "";
  private long stageNanos;
  private long lastNanos;
  private int drawn;

  ProgressLine(PrintWriter err, Common.ProgressMode mode) {
    this.err = err;
    this.silent = mode == Common.ProgressMode.NONE;
    this.terminal = mode == Common.ProgressMode.AUTO && onTerminal();
    this.lastNanos = terminal ? startNanos - TERMINAL_NANOS : startNanos;
  }

  /** The launcher looks, because Java cannot ask whether stderr alone is a terminal. */
  private static boolean onTerminal() {
    return Boolean.getBoolean("zoopress.terminal");
  }

  @Override
  public synchronized void update(Snapshot now) {
    if (silent) {
      return;
    }
    long nanos = System.nanoTime();
    if (!now.stage().equals(stage)) {
      stage = now.stage();
      stageNanos = nanos;
    }
    if (nanos - lastNanos < (terminal ? TERMINAL_NANOS : PLAIN_NANOS)) {
      return;
    }
    lastNanos = nanos;
    String line = line(now, (nanos - stageNanos) / 1e9);
    if (terminal) {
      String pad = " ".repeat(Math.max(0, drawn - line.length()));
      err.print("\r" + line + pad);
      drawn = line.length();
    } else {
      err.println(line);
    }
    err.flush();
  }

  /** Clears the line, so that what follows starts at the left. */
  synchronized void finish() {
    if (terminal && drawn > 0) {
      err.print("\r" + " ".repeat(drawn) + "\r");
      err.flush();
      drawn = 0;
    }
  }

  static String line(Progress.Snapshot now, double seconds) {
    if (now.doneBytes() == 0 && now.totalBytes() == 0 && now.doneFiles() == 0) {
      return now.stage() + ": " + Format.duration((long) seconds);
    }
    if (now.doneBytes() == 0 && now.totalBytes() == 0) {
      return pieces(now, seconds);
    }
    StringBuilder text = new StringBuilder(now.stage()).append(": ");
    text.append(Format.bytes(now.doneBytes()));
    if (now.totalBytes() > 0) {
      text.append(" of ").append(Format.bytes(now.totalBytes()));
    }
    text.append(", ").append(now.doneFiles());
    if (now.totalFiles() > 0) {
      text.append(" of ").append(now.totalFiles());
    }
    text.append(" files");
    double rate = seconds <= 0 ? 0 : now.doneBytes() / seconds;
    if (rate > 0) {
      text.append(", ").append(Format.bytes((long) rate)).append("/s");
    }
    if (now.storedBytes() > 0 && now.doneBytes() > 0) {
      double saved = 1 - (double) now.storedBytes() / now.doneBytes();
      text.append(String.format(Locale.ROOT, ", saved %.1f %%", 100 * saved));
    }
    if (rate > 0 && now.totalBytes() > now.doneBytes()) {
      long left = (long) ((now.totalBytes() - now.doneBytes()) / rate);
      text.append(", ").append(Format.duration(left)).append(" left");
    }
    return text.toString();
  }

  /** Work that is not counted in bytes. */
  private static String pieces(Progress.Snapshot now, double seconds) {
    String text = now.stage() + ": " + now.doneFiles();
    if (now.totalFiles() <= now.doneFiles()) {
      return text + " done";
    }
    double left = seconds / now.doneFiles() * (now.totalFiles() - now.doneFiles());
    return text + " of " + now.totalFiles() + " done, " + Format.duration((long) left) + " left";
  }
}
