package dev.zoopress.jobs.serve;

import dev.zoopress.jobs.store.Pointer;
import dev.zoopress.jobs.store.Repository;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The published revisions of a repository. What a name means is remembered for a moment, so that a
 * client that reads many ranges asks the store once; manifests are kept by the number of chunks.
 */
final class RepositoryCatalog implements Catalog {
  private static final String COMMIT = "[0-9a-f]{40}";
  private static final int MAX_NAMES = 10_000;

  private final Repository repository;
  private final long freshNanos;
  private final Map<List<String>, Seen<Place>> found = leastRecent();
  private final LinkedHashMap<String, Snapshot> snapshots = new LinkedHashMap<>(16, 0.75f, true);
  private long chunks;
  private Seen<List<String>> names;

  private record Seen<T>(T what, long nanos) {}

  private record Place(String commit, String manifest) {}

  /** {@code fresh}: how long a name is not looked up again. */
  RepositoryCatalog(Repository repository, Duration fresh) {
    this.repository = repository;
    this.freshNanos = fresh.toNanos();
  }

  private static <K, V> Map<K, V> leastRecent() {
    return new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > MAX_NAMES;
      }
    };
  }

  private boolean isFresh(Seen<?> seen) {
    return seen != null && System.nanoTime() - seen.nanos() < freshNanos;
  }

  @Override
  public List<String> models() throws IOException {
    Seen<List<String>> known;
    synchronized (this) {
      known = names;
    }
    if (isFresh(known)) {
      return known.what();
    }
    TreeSet<String> all = new TreeSet<>();
    repository.models(all::add);
    synchronized (this) {
      names = new Seen<>(List.copyOf(all), System.nanoTime());
      return names.what();
    }
  }

  @Override
  public boolean exists(String model) throws IOException {
    if (isNoName(model)) {
      return false;
    }
    List<String> revisions = new ArrayList<>();
    repository.revisions(model, revisions::add);
    for (String revision : revisions) {
      Optional<Pointer> pointer = repository.pointer(model, revision);
      if (pointer.isPresent() && !pointer.get().deleted()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public Optional<Snapshot> find(String model, String revision) throws IOException {
    Seen<Place> known;
    synchronized (this) {
      known = found.get(List.of(model, revision));
    }
    return isFresh(known) ? Optional.of(snapshot(model, known.what())) : findNow(model, revision);
  }

  @Override
  public Optional<Snapshot> findNow(String model, String revision) throws IOException {
    Optional<Place> place = lookUp(model, revision);
    synchronized (this) {
      if (place.isPresent()) {
        found.put(List.of(model, revision), new Seen<>(place.get(), System.nanoTime()));
      } else {
        // Absence is not remembered: who just published a model must find it.
        found.remove(List.of(model, revision));
      }
    }
    return place.isPresent() ? Optional.of(snapshot(model, place.get())) : Optional.empty();
  }

  private Optional<Place> lookUp(String model, String revision) throws IOException {
    if (isNoName(model) || revision.isEmpty()) {
      return Optional.empty();
    }
    String name = revision.equals("HEAD") ? "main" : revision;
    if (name.startsWith("refs/heads/")) {
      name = name.substring("refs/heads/".length());
    }
    Optional<String> commit =
        name.matches(COMMIT) ? Optional.of(name) : repository.ref(model, name);
    if (commit.isEmpty() && !name.matches(COMMIT)) {
      commit = repository.ref(model, "tags/" + name);
    }
    if (commit.isEmpty()) {
      return Optional.empty();
    }
    Optional<Pointer> pointer = repository.pointer(model, commit.get());
    if (pointer.isEmpty() || pointer.get().deleted()) {
      return Optional.empty();
    }
    return Optional.of(new Place(commit.get(), pointer.get().manifest()));
  }

  private Snapshot snapshot(String model, Place place) throws IOException {
    String key = model + "@" + place.commit() + "@" + place.manifest();
    synchronized (this) {
      Snapshot known = snapshots.get(key);
      if (known != null) {
        return known;
      }
    }
    Snapshot fresh = Snapshot.of(model, place.commit(), repository.manifest(place.manifest()));
    synchronized (this) {
      if (snapshots.put(key, fresh) == null) {
        chunks += weight(fresh);
      }
      var oldest = snapshots.values().iterator();
      while (chunks > Limits.MANIFEST_CHUNKS && snapshots.size() > 1) {
        chunks -= weight(oldest.next());
        oldest.remove();
      }
    }
    return fresh;
  }

  /** A file without chunks takes memory too. */
  private static int weight(Snapshot snapshot) {
    return snapshot.chunks() + 2 * snapshot.files().size();
  }

  @Override
  public Map<String, String> refs(String model) throws IOException {
    List<String> all = new ArrayList<>();
    repository.refs(model, all::add);
    Map<String, String> refs = new TreeMap<>();
    for (String name : all) {
      repository.ref(model, name).ifPresent(commit -> refs.put(name, commit));
    }
    return refs;
  }

  /**
   * Whether a client's text cannot be a model's name; the repository refuses such names as a
   * caller's bug.
   */
  private static boolean isNoName(String model) {
    String[] parts = model.split("/", -1);
    if (parts.length > 2) {
      return true;
    }
    for (String part : parts) {
      if (part.isEmpty() || part.equals(".") || part.equals("..") || part.length() > 200) {
        return true;
      }
    }
    return false;
  }
}
