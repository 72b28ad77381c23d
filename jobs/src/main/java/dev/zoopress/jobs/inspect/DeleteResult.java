package dev.zoopress.jobs.inspect;

import dev.zoopress.jobs.store.Pointer;
import java.util.List;

/**
 * What was unpublished, or would be.
 *
 * @param freedBytes what the next gc frees, once no run holds it: packs and manifests that no other
 *     revision needs, and the pointers
 * @param packs how many packs are among that
 * @param keptBytes stored bytes of these revisions that stay, because others need them or because
 *     they lie in packs that others need
 */
public record DeleteResult(List<Pointer> revisions, long freedBytes, long packs, long keptBytes) {
  public DeleteResult {
    revisions = List.copyOf(revisions);
  }
}
