package dev.zoopress.jobs.index;

import dev.zoopress.codec.CorruptContainerException;
import dev.zoopress.codec.hash.Digests;
import dev.zoopress.jobs.delta.Sketch;
import dev.zoopress.jobs.plan.JsonLines;
import dev.zoopress.jobs.plan.RunFolder;
import dev.zoopress.jobs.store.ObjectNotFoundException;
import dev.zoopress.jobs.store.ObjectStore;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sketches of published tensors that stand alone, one object per model and run, so that later runs
 * find bases without reading the store. {@code index/families/<key>/<name>} are empty objects that
 * lead from a {@link Family}'s key to {@code index/sketches/<name>}: what a lookup costs does not
 * depend on how much is stored. A cache: who trusts a row still has to find its chunks.
 */
public final class SketchTable {
  private static final Logger LOG = LoggerFactory.getLogger(SketchTable.class);
  private static final String FOLDER = "index/sketches/";
  private static final String FAMILIES = "index/families/";
  private static final String SUFFIX = ".jsonl.zst";

  /** Objects that one model's tensors are compared with. */
  private static final int MAX_CANDIDATES = 8;

  private SketchTable() {}

  /**
   * A published tensor.
   *
   * @param chunks ids of its chunks, in order
   */
  public record Row(Sketch sketch, List<String> chunks) implements Serializable {}

  /** Adds what a run stored of one model. */
  public static void put(ObjectStore store, Family family, List<Row> rows) throws IOException {
    try (JsonLines.Writer lines = new JsonLines.Writer()) {
      for (Row row : rows) {
        lines.add(row);
      }
      byte[] bytes = lines.bytes();
      String name =
          Family.hash(family.modelName()) + "-" + Digests.sha256Hex(bytes).substring(0, 16);
      store.putIfAbsent(FOLDER + name + SUFFIX, bytes);
      for (String key : family.keys()) {
        store.putIfAbsent(FAMILIES + key + "/" + name, new byte[0]);
      }
    }
  }

  /** Names of objects with tensors like a model's: those first that share most keys with it. */
  public static List<String> candidates(ObjectStore store, Family family) throws IOException {
    Map<String, Integer> shared = new TreeMap<>();
    for (String key : family.keys()) {
      store.children(FAMILIES + key + "/", name -> shared.merge(name, 1, Integer::sum));
    }
    return shared.entrySet().stream()
        .sorted(
            Comparator.comparingInt((Map.Entry<String, Integer> e) -> -e.getValue())
                .thenComparing(Map.Entry::getKey))
        .limit(MAX_CANDIDATES)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Hands over an object's rows; none where it is gone or damaged. */
  public static void read(ObjectStore store, String name, Consumer<Row> each) throws IOException {
    String key = FOLDER + name + SUFFIX;
    List<Row> rows = new ArrayList<>();
    try {
      JsonLines.read(store, key, RunFolder.MAX_OBJECT_BYTES, Row.class, rows::add);
    } catch (ObjectNotFoundException e) {
      return;
    } catch (CorruptContainerException e) {
      LOG.error("{}; the index is only a cache: bases may be missed; remove it", e.getMessage());
      return;
    }
    rows.forEach(each);
  }

  /** Removes what models have left that are published no more. */
  public static void forget(ObjectStore store, List<String> published) throws IOException {
    Set<String> kept = new HashSet<>();
    published.forEach(model -> kept.add(Family.hash(model)));
    List<String> gone = new ArrayList<>();
    for (String folder : List.of(FOLDER, FAMILIES)) {
      store.list(
          folder,
          object -> {
            String name = object.key().substring(object.key().lastIndexOf('/') + 1);
            if (!kept.contains(name.substring(0, Math.max(0, name.indexOf('-'))))) {
              gone.add(object.key());
            }
          });
    }
    for (String key : gone) {
      store.delete(key);
    }
  }
}
