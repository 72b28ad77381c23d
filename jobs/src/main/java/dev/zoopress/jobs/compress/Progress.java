package dev.zoopress.jobs.compress;

/** Receives how far a job is, from a thread of the driver, about twice a second. */
@FunctionalInterface
public interface Progress {
  /** Nobody looks. */
  Progress NONE = snapshot -> {};

  /** Called when something changed. Must return quickly and must not throw. */
  void update(Snapshot snapshot);

  /**
   * @param stage scan, plan, compress, reconcile or publish
   * @param totalBytes 0 while unknown
   * @param storedBytes what the bytes done so far became
   * @param doneChunks 0 where they are not counted
   */
  record Snapshot(
      String stage,
      long doneBytes,
      long totalBytes,
      long doneFiles,
      long totalFiles,
      long storedBytes,
      long doneChunks) {
    public Snapshot(
        String stage,
        long doneBytes,
        long totalBytes,
        long doneFiles,
        long totalFiles,
        long storedBytes) {
      this(stage, doneBytes, totalBytes, doneFiles, totalFiles, storedBytes, 0);
    }
  }
}
