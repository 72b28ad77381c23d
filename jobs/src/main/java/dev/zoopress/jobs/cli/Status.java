package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.filter.FilteringGeneratorDelegate;
import com.fasterxml.jackson.core.filter.TokenFilter;
import com.fasterxml.jackson.core.filter.TokenFilter.Inclusion;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.zoopress.jobs.report.RunRecord;
import dev.zoopress.jobs.report.RunRecord.State;
import dev.zoopress.jobs.store.ObjectStore;
import dev.zoopress.jobs.store.Repository;
import dev.zoopress.jobs.store.Stores;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Keeps the run's {@code status.json} in the store, and the command's document beside it. It is
 * also written when a signal ends the run. What cannot be written is logged and costs nothing else.
 */
final class Status implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Status.class);

  /** Before Spark's hook (50) and Hadoop's, which closes file systems (10). */
  private static final int PRIORITY = 60;

  private static final int SIGNALLED = 143;

  private final Instant started = Instant.now();
  private final Invocation invocation;
  private final String command;
  private final String store;
  private final Runnable hook = this::killed;
  private boolean ended;

  private Status(Invocation invocation, String command, String store) {
    this.invocation = invocation;
    this.command = command;
    this.store = store;
  }

  /**
   * Says that the run begins, as soon as Spark runs.
   *
   * @param store empty: nothing is recorded
   */
  static Status watch(Invocation invocation, String command, String store) {
    Status status = new Status(invocation, command, store);
    MDC.put("run", invocation.runId());
    MDC.put("command", command);
    LOG.info("zoopress {} begins, run {}", command, invocation.runId());
    if (!store.isEmpty()) {
      invocation.whenStarted(status::begun);
      ShutdownHookManager.get().addShutdownHook(status.hook, PRIORITY, 20, TimeUnit.SECONDS);
    } else {
      status.ended = true;
    }
    return status;
  }

  private void begun() {
    put(record(State.RUNNING, null, -1, "", MissingNode.getInstance()), null);
  }

  /** The command told what it found. */
  void end(Outcome outcome) {
    String message = outcome.exitCode() == ExitCode.DONE ? "done" : "";
    try {
      StringWriter text = new StringWriter();
      outcome.text().write(new PrintWriter(text, true));
      message = text.toString().lines().filter(l -> !l.isBlank()).reduce((a, b) -> b).orElse("");
    } catch (IOException | RuntimeException e) {
      LOG.warn("run {}: its last line was not recorded: {}", invocation.runId(), e.getMessage());
    }
    end(outcome.exitCode(), message, outcome);
  }

  /** The command failed. */
  void end(Failure failure) {
    end(failure.exitCode(), failure.message(), null);
  }

  private synchronized void end(int exitCode, String message, Outcome outcome) {
    LOG.info("zoopress {} ended with {}: {}", command, exitCode, message);
    if (ended) {
      return;
    }
    ended = true;
    String document = null;
    JsonNode totals = MissingNode.getInstance();
    if (outcome != null) {
      try {
        totals = new JsonMapper().readTree(text(outcome, TOTALS)).path("totals");
        document = text(outcome, TokenFilter.INCLUDE_ALL);
      } catch (IOException | RuntimeException e) {
        LOG.warn("run {}: its document was not recorded: {}", invocation.runId(), e.getMessage());
      }
    }
    put(record(State.ENDED, Instant.now(), exitCode, message, totals), document);
  }

  private synchronized void killed() {
    if (!ended) {
      ended = true;
      String message = "ended by a signal; the same call goes on where it stopped";
      put(record(State.KILLED, Instant.now(), SIGNALLED, message, MissingNode.getInstance()), null);
    }
  }

  private RunRecord record(
      State state, Instant endedAt, int exitCode, String message, JsonNode totals) {
    String version = Zoopress.class.getPackage().getImplementationVersion();
    return new RunRecord(
        invocation.runId(),
        command,
        state,
        started,
        endedAt,
        exitCode,
        Table.printable(message),
        version == null ? "development" : version,
        totals);
  }

  /** Only what is in the repository gets a status: a wrong path must not become a store. */
  private void put(RunRecord record, String document) {
    try (ObjectStore objects = Stores.open(store, invocation.hadoop())) {
      if (!Repository.isIn(objects)) {
        return;
      }
      if (document != null) {
        objects.put(RunRecord.documentKey(record.runId()), bytes(document));
      }
      objects.put(RunRecord.statusKey(record.runId()), bytes(record.text()));
    } catch (IOException | RuntimeException e) {
      LOG.warn("run {}: its status was not recorded: {}", record.runId(), e.getMessage());
    }
  }

  private byte[] bytes(String text) {
    return invocation.secrets().hide(text).getBytes(StandardCharsets.UTF_8);
  }

  private String text(Outcome outcome, TokenFilter filter) throws IOException {
    BoundedText out = new BoundedText(RunRecord.MAX_DOCUMENT_BYTES / 2);
    try (JsonGenerator json =
        new FilteringGeneratorDelegate(
            Documents.generator(new PrintWriter(out)),
            filter,
            Inclusion.INCLUDE_ALL_AND_PATH,
            true)) {
      Documents.head(json, command, invocation.runId(), outcome.exitCode());
      outcome.json().write(json);
      json.writeEndObject();
    }
    return out.toString();
  }

  /** Lets the totals through, nothing else. */
  private static final TokenFilter TOTALS =
      new TokenFilter() {
        @Override
        public TokenFilter includeProperty(String name) {
          return "totals".equals(name) ? TokenFilter.INCLUDE_ALL : null;
        }
      };

  /** Text up to a length; more is an error. */
  private static final class BoundedText extends StringWriter {
    private final int limit;

    BoundedText(int limit) {
      this.limit = limit;
    }

    @Override
    public void write(char[] chars, int offset, int length) {
      check(length);
      super.write(chars, offset, length);
    }

    @Override
    public void write(String text, int offset, int length) {
      check(length);
      super.write(text, offset, length);
    }

    private void check(int more) {
      if (getBuffer().length() + more > limit) {
        throw new IllegalStateException("it has more than " + limit + " characters");
      }
    }
  }

  @Override
  public void close() {
    if (!store.isEmpty()) {
      ShutdownHookManager.get().removeShutdownHook(hook);
    }
  }
}
