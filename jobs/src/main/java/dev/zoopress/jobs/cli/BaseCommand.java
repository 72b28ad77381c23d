package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Frames every command: settings, progress, one document or text for people, exit code, status. */
abstract class BaseCommand implements Callable<Integer> {
  @Mixin final Common common = new Common();
  @Spec CommandSpec spec;

  /** Does the work and says what came of it. Exceptions become exit codes in one place. */
  abstract Outcome run(Invocation invocation) throws Exception;

  /** The store whose run folder gets this run's status, or empty when nothing is recorded. */
  String statusStore() {
    return "";
  }

  /** What messages and documents call the command. */
  String name() {
    return spec.name();
  }

  @Override
  public final Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    if (common.verbose) {
      Logging.verbose();
    }
    ProgressLine progress = new ProgressLine(err, common.progress);
    int code;
    try (Invocation invocation = new Invocation(name(), common, progress);
        Status status = Status.watch(invocation, name(), statusStore())) {
      try {
        Outcome outcome = run(invocation);
        progress.finish();
        code = tell(outcome, invocation, out);
        status.end(outcome);
      } catch (Exception | LinkageError | OutOfMemoryError | StackOverflowError e) {
        progress.finish();
        Failure failure = Failure.of(e).hiding(invocation.secrets());
        code = failure.exitCode();
        status.end(failure);
        tell(failure, invocation.runId(), out, err, e);
      }
    } catch (UsageException e) {
      code = ExitCode.USAGE;
      tell(Failure.of(e), common.runId, out, err, e);
    }
    out.flush();
    err.flush();
    return code;
  }

  private int tell(Outcome outcome, Invocation invocation, PrintWriter out) throws IOException {
    if (!common.json) {
      outcome.text().write(out);
      return outcome.exitCode();
    }
    try (JsonGenerator json = Documents.generator(out)) {
      Documents.head(json, name(), invocation.runId(), outcome.exitCode());
      outcome.json().write(json);
      json.writeObjectFieldStart("seconds");
      for (Map.Entry<String, Double> e : invocation.seconds().entrySet()) {
        json.writeNumberField(e.getKey(), Math.round(e.getValue() * 1000) / 1000.0);
      }
      json.writeEndObject();
      json.writeEndObject();
    }
    out.println();
    return outcome.exitCode();
  }

  private void tell(Failure failure, String runId, PrintWriter out, PrintWriter err, Throwable e) {
    err.println("zoopress " + name() + ": " + Table.printable(failure.message()));
    if (common.verbose) {
      e.printStackTrace(err);
    }
    if (common.json) {
      try {
        Documents.failure(out, name(), runId, failure);
      } catch (IOException impossible) {
        throw new IllegalStateException(impossible);
      }
    }
  }
}
