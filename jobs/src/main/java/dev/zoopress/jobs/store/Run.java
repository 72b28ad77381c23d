package dev.zoopress.jobs.store;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/**
 * A writing run's standing in its repository. What it puts or reuses it holds by pins, which gc
 * honours until the run is finished or dead. Whether it may publish is decided once: by itself, or
 * by a gc that declared it dead first. Thread-safe; any process may open the same run.
 */
public final class Run {
  private static final String KIND = "decision";
  private static final String PUBLISHING = "publishing";
  private static final String DEAD = "dead";

  /** Where a run stands. */
  public enum Phase {
    OPEN,
    PUBLISHING,
    FINISHED,
    DEAD
  }

  private final ObjectStore store;
  private final String id;
  private final String folder;

  private Run(ObjectStore store, String id) {
    this.store = store;
    this.id = id;
    this.folder = Layout.run(id);
  }

  /** The run of this id, new or begun. */
  public static Run of(Repository repository, String runId) {
    return new Run(repository.store(), runId);
  }

  public String id() {
    return id;
  }

  /** {@code runs/<id>/}: where the run keeps its plan, unit commits, status and report. */
  public String folder() {
    return folder;
  }

  /** Holds one pack or manifest by its id. */
  public void pin(String objectId) throws IOException {
    store.putIfAbsent(folder + "pins/" + Layout.checkId(objectId), new byte[0]);
  }

  /** Holds many packs and manifests with one object. */
  public void pin(Collection<String> objectIds) throws IOException {
    if (!objectIds.isEmpty()) {
      objectIds.forEach(Layout::checkId);
      String text = String.join("\n", new TreeSet<>(objectIds)) + "\n";
      byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
      store.putIfAbsent(folder + "pins/list-" + Sealed.sha256(bytes), bytes);
    }
  }

  /** Collects the ids that this run holds. */
  public void pins(Set<String> into) throws IOException {
    Set<String> lists = new TreeSet<>();
    store.children(
        folder + "pins/",
        name -> {
          if (name.matches("[0-9a-f]{64}")) {
            into.add(name);
          } else if (name.matches("list-[0-9a-f]{64}")) {
            lists.add(name);
          }
        });
    for (String list : lists) {
      byte[] bytes = store.get(folder + "pins/" + list, Condemned.MAX_LIST_BYTES);
      if (!list.equals("list-" + Sealed.sha256(bytes))) {
        throw new dev.zoopress.codec.CorruptContainerException(
            folder + "pins/" + list, 0, "its checksum does not match");
      }
      new String(bytes, StandardCharsets.US_ASCII).lines().forEach(into::add);
    }
  }

  public Phase phase() throws IOException {
    JsonNode body;
    String key = folder + "decision.json";
    try {
      body = Sealed.open(key, KIND, store.get(key, Pointers.MAX_BYTES));
    } catch (ObjectNotFoundException e) {
      return Phase.OPEN;
    }
    if (Sealed.text(key, body, "decision").equals(DEAD)) {
      return Phase.DEAD;
    }
    return store.size(folder + "finished").isPresent() ? Phase.FINISHED : Phase.PUBLISHING;
  }

  /**
   * Decides that this run publishes; before its first pointer.
   *
   * @return false if gc declared the run dead: it must publish nothing
   */
  public boolean beginPublishing() throws IOException {
    decide(PUBLISHING);
    return phase() != Phase.DEAD;
  }

  /**
   * Decides that this run never publishes.
   *
   * @return false if it had begun to
   */
  public boolean declareDead() throws IOException {
    decide(DEAD);
    return phase() == Phase.DEAD;
  }

  private void decide(String decision) throws IOException {
    store.putIfAbsent(
        folder + "decision.json", Sealed.seal(Sealed.body(KIND).put("decision", decision)));
  }

  /** Says that every pointer of this run is there; its pins hold no longer. */
  public void finish() throws IOException {
    if (phase() != Phase.PUBLISHING && phase() != Phase.FINISHED) {
      throw new IllegalStateException("run " + id + " has not begun to publish");
    }
    store.putIfAbsent(folder + "finished", new byte[0]);
  }
}
