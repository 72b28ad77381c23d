package dev.zoopress.jobs.inspect;

import java.util.List;

/**
 * Published revisions, in order of model and revision.
 *
 * @param files of the one model that was asked about; else empty
 */
public record ListResult(List<ListedRevision> revisions, List<ListedFile> files) {
  public ListResult {
    revisions = List.copyOf(revisions);
    files = List.copyOf(files);
  }

  /**
   * A published revision.
   *
   * @param storedBytes stored bytes of all chunks that it needs, shared ones in full
   * @param refs names that name it
   */
  public record ListedRevision(
      String model,
      String revision,
      long files,
      long sourceBytes,
      long storedBytes,
      List<String> refs,
      String error) {}

  /**
   * A file of a revision.
   *
   * @param storedBytes stored bytes of its chunks, each once
   * @param link text of the link that it was in its source; else empty
   */
  public record ListedFile(
      String model,
      String revision,
      String path,
      long sourceBytes,
      long storedBytes,
      String sha256,
      String format,
      long tensors,
      String link) {}
}
