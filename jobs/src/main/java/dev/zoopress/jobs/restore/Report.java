package dev.zoopress.jobs.restore;

import dev.zoopress.jobs.restore.RestoreResult.FileError;
import dev.zoopress.jobs.restore.RestoreResult.RestoredModel;
import java.io.Serializable;
import java.util.List;

/**
 * What a piece came to.
 *
 * @param row what is added to the model's row
 * @param large name of the large file that the piece belongs to; else empty
 * @param parts handles of the parts that were uploaded
 */
record Report(RestoredModel row, String large, List<Part> parts) implements Serializable {

  /** An uploaded part; numbers start at 1. */
  record Part(int number, byte[] handle) implements Serializable {}

  static Report of(
      StoredRevision revision, long files, long written, long bytes, long writtenBytes) {
    return new Report(
        new RestoredModel(
            revision.model(), revision.revision(), files, written, bytes, writtenBytes, List.of()),
        "",
        List.of());
  }

  static Report error(StoredRevision revision, FileError error, String large) {
    return new Report(
        new RestoredModel(revision.model(), revision.revision(), 0, 0, 0, 0, List.of(error)),
        large,
        List.of());
  }

  boolean failed() {
    return !row.errors().isEmpty();
  }
}
