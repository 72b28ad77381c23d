package dev.zoopress.jobs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;

/**
 * What a command found or did, ready to be told to a program or to a person.
 *
 * @param exitCode one of {@link ExitCode}
 * @param json writes the fields of the document that are the command's own: at least {@code models}
 *     and {@code totals}
 * @param text writes what a person reads
 */
record Outcome(int exitCode, Json json, Text text) {

  /** Writes fields into an open JSON object. */
  @FunctionalInterface
  interface Json {
    void write(JsonGenerator json) throws IOException;
  }

  /** Writes lines. */
  @FunctionalInterface
  interface Text {
    void write(PrintWriter out) throws IOException;
  }
}
