package dev.zoopress.jobs.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.zoopress.jobs.restore.StoredRevision;
import dev.zoopress.jobs.source.Content;
import dev.zoopress.jobs.source.SourceTree;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** Where a side is, as text that any process can open it from. */
final class Place {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Place() {}

  /**
   * A revision in a store.
   *
   * @param conf Hadoop settings beyond the defaults
   */
  record Stored(String store, StoredRevision revision, Map<String, String> conf) {}

  /**
   * Files of a model in a source, each pinned to the state in which it was listed.
   *
   * @param files contents by path in the model
   */
  record Original(
      String source,
      SourceTree.Layout layout,
      String directory,
      Map<String, Content> files,
      Map<String, String> conf) {
    Original {
      files = new TreeMap<>(files);
    }
  }

  static String write(Object place) {
    try {
      return JSON.writeValueAsString(place);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static <T> T read(String text, Class<T> type) throws IOException {
    return JSON.readValue(text, type);
  }
}
