package dev.zoopress.jobs.publish;

import dev.zoopress.jobs.compress.ModelResult;
import dev.zoopress.jobs.index.SourceRecord;
import java.util.List;

/**
 * What is to be published of one model, decided and held; one row per model of a slice.
 *
 * @param model empty where there is nothing to do
 * @param record how its source looks; null where only places of chunks change, or nothing
 * @param files contents of the model
 * @param settled results that stand already: unchanged or failed
 */
record Publishable(
    String model,
    List<Target> revisions,
    List<Ref> refs,
    SourceRecord record,
    long files,
    long sourceBytes,
    List<ModelResult> settled) {

  /**
   * A revision.
   *
   * @param seen number of its pointer when this was prepared, 0 for none
   * @param manifest id; empty where every file of it was published already
   * @param manifestFiles files of the manifest, which may be more than the source has
   * @param manifestBytes their sizes together
   * @param files files that the source has of it
   * @param storedBytes what its chunks take in packs, shared ones in full, bases not counted
   */
  record Target(
      String revision,
      int seen,
      String manifest,
      int manifestFiles,
      long manifestBytes,
      int files,
      long sourceBytes,
      long storedBytes) {
    Target stored(String manifestId) {
      return new Target(
          revision,
          seen,
          manifestId,
          manifestFiles,
          manifestBytes,
          files,
          sourceBytes,
          storedBytes);
    }
  }

  /**
   * A ref to set.
   *
   * @param seen how often it had been set when this was prepared
   */
  record Ref(String ref, int seen, String revision) {}

  Publishable with(List<Target> targets) {
    return new Publishable(model, targets, refs, record, files, sourceBytes, settled);
  }

  static Publishable settled(List<ModelResult> results) {
    return new Publishable("", List.of(), List.of(), null, 0, 0, results);
  }
}
