package dev.zoopress.jobs.store;

import dev.zoopress.codec.ByteSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Objects named by their content. A key that gc condemned is never put again, for a gc that wakes
 * up late may still delete it: the same content then gets the key of the next generation, under
 * which readers find it by listing.
 */
final class Contents {
  /** More would mean that the same content was condemned a hundred times. */
  private static final int MAX_GENERATIONS = 100;

  interface KeyRule {
    String key(String id, int generation);
  }

  interface Put {
    boolean put(String key) throws IOException;
  }

  private final ObjectStore store;
  private final Condemned condemned;
  private final KeyRule rule;

  Contents(ObjectStore store, Condemned condemned, KeyRule rule) {
    this.store = store;
    this.condemned = condemned;
    this.rule = rule;
  }

  /** Puts by the first key that is not condemned. The id must be pinned by a run before. */
  boolean put(String id, Put put) throws IOException {
    refresh();
    return putFresh(id, put);
  }

  /** Looks for keys that gc condemned meanwhile. */
  void refresh() throws IOException {
    condemned.refresh();
  }

  /** As {@link #put}, for several ids of which one {@link #refresh} came after the pin. */
  boolean putFresh(String id, Put put) throws IOException {
    for (int generation = 0; generation < MAX_GENERATIONS; generation++) {
      String key = rule.key(id, generation);
      if (!condemned.contains(key)) {
        return put.put(key);
      }
    }
    throw new ConflictException(
        id + ": condemned in every generation; run 'zoopress gc' to its end");
  }

  boolean stays(String id) throws IOException {
    condemned.refresh();
    for (String key : keys(id)) {
      if (!condemned.contains(key)) {
        return true;
      }
    }
    return false;
  }

  ByteSource open(String id) throws IOException {
    String first = rule.key(id, 0);
    try {
      return store.open(first);
    } catch (ObjectNotFoundException e) {
      for (String key : keys(id)) {
        try {
          return store.open(key);
        } catch (ObjectNotFoundException gone) {
          e.addSuppressed(gone);
        }
      }
      throw e;
    }
  }

  /** The keys under which this content lies now. */
  private List<String> keys(String id) throws IOException {
    String first = rule.key(id, 0);
    if (store.size(first).isPresent() && !condemned.contains(first)) {
      return List.of(first);
    }
    String folder = first.substring(0, first.lastIndexOf('/') + 1);
    List<String> keys = new ArrayList<>();
    store.children(
        folder,
        name -> {
          if (name.startsWith(id + ".")) {
            keys.add(folder + name);
          }
        });
    return keys;
  }
}
