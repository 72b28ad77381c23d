package dev.zoopress.eval.report;

import java.io.IOException;
import java.io.OutputStream;

/** Where report files go. */
@FunctionalInterface
public interface ReportFolder {
  /**
   * Creates or replaces a file; the caller closes it.
   *
   * @param name relative, of letters, digits and {@code ._-/}
   */
  OutputStream create(String name) throws IOException;
}
