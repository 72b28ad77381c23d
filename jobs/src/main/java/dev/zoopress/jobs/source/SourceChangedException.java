package dev.zoopress.jobs.source;

import java.io.IOException;

/** A source file is not as it was listed: it changed or vanished while the run was reading. */
public final class SourceChangedException extends IOException {
  private static final long serialVersionUID = 1L;

  SourceChangedException(String path, String what) {
    super(
        path
            + ": "
            + what
            + " while it was being read: run compress again when nothing writes there");
  }
}
