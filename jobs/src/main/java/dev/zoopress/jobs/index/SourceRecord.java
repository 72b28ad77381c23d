package dev.zoopress.jobs.index;

import dev.zoopress.codec.hash.Digests;
import dev.zoopress.jobs.plan.JsonLines;
import dev.zoopress.jobs.source.Content;
import dev.zoopress.jobs.source.ModelListing;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import dev.zoopress.jobs.store.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a model's source looked when it was last stored, and where its contents went: what makes a
 * second run a no-op.
 *
 * @param revisions published revisions by the listing's commit; a plain tree's commit is empty
 */
public record SourceRecord(
    String parameters,
    ModelListing listing,
    Map<String, String> revisions,
    List<Recorded> contents) {
  private static final int MAX_BYTES = 1 << 28;

  /** A content and a published path that shows it. */
  public record Recorded(Content content, String revision, String path) {}

  /** The record of a model of a source, if there is one that can be read. */
  public static Optional<SourceRecord> read(ObjectStore store, String source, String model) {
    SourceRecord[] found = new SourceRecord[1];
    try {
      String key = key(source, model);
      JsonLines.read(store, key, MAX_BYTES, SourceRecord.class, r -> found[0] = r);
    } catch (ObjectNotFoundException e) {
      return Optional.empty();
    } catch (IOException e) {
      // A cache: what cannot be read is not known.
      return Optional.empty();
    }
    return Optional.ofNullable(found[0]);
  }

  /** Replaces the model's record. */
  public void write(ObjectStore store, String source) throws IOException {
    try (JsonLines.Writer lines = new JsonLines.Writer()) {
      lines.add(this);
      store.put(key(source, listing.model().name()), lines.bytes());
    }
  }

  private static String key(String source, String model) {
    String hash = Digests.sha256Hex((source + "\0" + model).getBytes(StandardCharsets.UTF_8));
    return "index/sources/" + hash.substring(0, 2) + "/" + hash + ".json.zst";
  }
}
