package dev.zoopress.jobs.store;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Collection;
import java.util.Optional;
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
      String key = folder + "pins/" + list;
      String text =
          store.get(
              key,
              Condemned.MAX_LIST_BYTES,
              bytes -> {
                if (!list.equals("list-" + Sealed.sha256(bytes))) {
                  throw new dev.zoopress.codec.CorruptContainerException(
                      key, 0, "its checksum does not match");
                }
                return new String(bytes, StandardCharsets.US_ASCII);
              });
      text.lines().forEach(into::add);
    }
  }

  public Phase phase() throws IOException {
    Optional<JsonNode> decision = decision();
    if (decision.isEmpty()) {
      return Phase.OPEN;
    }
    if (Sealed.text(decisionKey(), decision.get(), "decision").equals(DEAD)) {
      return Phase.DEAD;
    }
    return store.size(folder + "finished").isPresent() ? Phase.FINISHED : Phase.PUBLISHING;
  }

  private String decisionKey() {
    return folder + "decision.json";
  }

  private Optional<JsonNode> decision() throws IOException {
    try {
      return Optional.of(
          store.get(
              decisionKey(), Pointers.MAX_BYTES, bytes -> Sealed.open(decisionKey(), KIND, bytes)));
    } catch (ObjectNotFoundException e) {
      return Optional.empty();
    }
  }

  /**
   * Decides that this run publishes; before its first pointer.
   *
   * @return false if gc declared the run dead: it must publish nothing
   */
  public boolean beginPublishing() throws IOException {
    return beginPublishing("");
  }

  /**
   * Decides that this run publishes, and what; before its first pointer.
   *
   * @param publications key of the object that says what is published, so that anybody can go on
   *     where this run stops; see {@link #publications}
   * @return false if gc declared the run dead: it must publish nothing
   */
  public boolean beginPublishing(String publications) throws IOException {
    decide(PUBLISHING, publications);
    return phase() != Phase.DEAD;
  }

  /** What this run decided to publish; empty if it decided nothing, or did not say what. */
  public String publications() throws IOException {
    Optional<JsonNode> decision = decision();
    return decision.isEmpty() ? "" : decision.get().path("publications").asText("");
  }

  /**
   * Says that this process works on the run, until the lease is closed: gc holds such a run for
   * alive, and no other process takes the same run id.
   *
   * @param purpose what the run does with what; a run of the same purpose may go on with its work
   * @throws LeaseHeldException if another process works on this run
   */
  public Lease hold(String purpose, Clock clock) throws IOException {
    return Lease.take(store, leaseFolder(), id, purpose, clock);
  }

  String leaseFolder() {
    return folder + "lease/";
  }

  /**
   * Decides that this run never publishes.
   *
   * @return false if it had begun to
   */
  public boolean declareDead() throws IOException {
    decide(DEAD, "");
    return phase() == Phase.DEAD;
  }

  private void decide(String decision, String publications) throws IOException {
    store.putIfAbsent(
        decisionKey(),
        Sealed.seal(Sealed.body(KIND).put("decision", decision).put("publications", publications)));
  }

  /** Says that every pointer of this run is there; its pins hold no longer. */
  public void finish() throws IOException {
    if (phase() != Phase.PUBLISHING && phase() != Phase.FINISHED) {
      throw new IllegalStateException("run " + id + " has not begun to publish");
    }
    store.putIfAbsent(folder + "finished", new byte[0]);
  }
}
